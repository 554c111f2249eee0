package io.quantfleet.cli.quantize;

import io.quantfleet.quantizer.QuantizationOptions.Method;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Which options mean something to which methods. One that means nothing was given by mistake. */
final class Applicability {
    private static final Set<Method> CALIBRATING =
            EnumSet.of(Method.AUTO, Method.STATIC, Method.SMOOTHQUANT, Method.ADAROUND, Method.BRECQ, Method.QAT);
    private static final Set<Method> SCALED = and(CALIBRATING, Method.DYNAMIC);
    private static final Set<Method> TRAINING = EnumSet.of(Method.AUTO, Method.QAT);
    private static final Set<Method> BLOCKS =
            EnumSet.of(Method.WEIGHT_ONLY_INT8, Method.WEIGHT_ONLY_INT4, Method.GPTQ, Method.AWQ);
    private static final Set<Method> SAMPLED = and(CALIBRATING, Method.GPTQ, Method.AWQ);

    private static final Map<String, Set<Method>> OPTIONS = new LinkedHashMap<>();

    static {
        OPTIONS.put("--calibration-method", CALIBRATING);
        OPTIONS.put("--techniques", CALIBRATING);
        OPTIONS.put("--objective", CALIBRATING);
        OPTIONS.put("--calibration-samples", SAMPLED);
        OPTIONS.put("--per-tensor", SCALED);
        OPTIONS.put("--reduced-range", SCALED);
        OPTIONS.put("--train", TRAINING);
        OPTIONS.put("--epochs", TRAINING);
        OPTIONS.put("--training-minutes", and(TRAINING, Method.ADAROUND, Method.BRECQ));
        OPTIONS.put("--learning-rate", TRAINING);
        OPTIONS.put("--optimizer", TRAINING);
        OPTIONS.put("--batch", TRAINING);
        OPTIONS.put("--accumulation", TRAINING);
        OPTIONS.put("--patience", TRAINING);
        OPTIONS.put("--learn-zero-points", TRAINING);
        OPTIONS.put("--distillation", EnumSet.of(Method.AUTO));
        OPTIONS.put("--block-size", BLOCKS);
        OPTIONS.put("--asymmetric-blocks", BLOCKS);
        OPTIONS.put("--accuracy-level", BLOCKS);
        OPTIONS.put("--block-encoding", BLOCKS);
        OPTIONS.put("--float16-rest", BLOCKS);
        OPTIONS.put("--preset", BLOCKS);
        OPTIONS.put("--gptq-damping", EnumSet.of(Method.GPTQ));
        OPTIONS.put("--gptq-act-order", EnumSet.of(Method.GPTQ));
    }

    private Applicability() {}

    private static Set<Method> and(Set<Method> methods, Method... more) {
        Set<Method> all = EnumSet.copyOf(methods);
        all.addAll(List.of(more));
        return all;
    }

    /**
     * Refuses options that were given and mean nothing.
     *
     * @throws CommandLine.ParameterException naming the option and the methods it is for
     */
    static void check(CommandLine command, Method method) {
        checkTraining(command, method);
        OPTIONS.forEach((option, methods) -> {
            if (!methods.contains(method) && command.getParseResult().hasMatchedOption(option)) {
                throw new CommandLine.ParameterException(
                        command,
                        option + " means nothing to --method " + method.wireName() + "; it is for "
                                + methods.stream().map(Method::wireName).collect(Collectors.joining(", ")));
            }
        });
    }

    // auto passes its training over where there is nothing to train with; whoever names it wants it.
    private static void checkTraining(CommandLine command, Method method) {
        CommandLine.ParseResult given = command.getParseResult();
        List<String> techniques = given.matchedOptionValue("--techniques", List.of());
        if (method == Method.AUTO
                && techniques.contains("qat")
                && !given.hasMatchedOption("--train")
                && !given.hasMatchedOption("--distillation")) {
            throw new CommandLine.ParameterException(
                    command,
                    "--techniques qat: --method auto has nothing to train with; give --train DATA, or --distillation to learn"
                            + " FP32's answers to the calibration samples");
        }
    }
}
