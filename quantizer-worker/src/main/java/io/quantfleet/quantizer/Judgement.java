package io.quantfleet.quantizer;

import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.Evaluation;
import io.quantfleet.quantizer.evaluate.Evaluator;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.evaluate.LikelihoodBudget;
import io.quantfleet.quantizer.evaluate.ProbeCutter;
import io.quantfleet.quantizer.evaluate.Verdict;
import io.quantfleet.quantizer.report.PeakMemory;
import io.quantfleet.quantizer.report.StepSeconds;
import io.quantfleet.quantizer.report.VariantReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The second half of a request: evaluates the variants together, cuts the probe set, and writes the reports. */
final class Judgement {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Evaluator evaluator;
    private final ProbeCutter cutter;
    private final LabelledSamples validation;

    Judgement(ModelDescription description, LabelledSamples validation, int threads, LatencyPlan latency) {
        this.evaluator = new Evaluator(description, validation, threads, latency);
        this.cutter = new ProbeCutter(description, validation);
        this.validation = validation;
    }

    List<QuantizedVariant> of(Path onnx, List<Draft> drafts, QuantizationRequest request, ProgressListener progress) {
        long start = System.nanoTime();
        Evaluator.Result result =
                evaluator.evaluate(onnx, drafts.stream().map(Draft::file).toList(), progress);
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        int[] chosen = cutter.choose(
                request.options().probeSamples(), request.options().seed());
        ProbeSet probes = cutter.cut(chosen, result.reference());
        List<QuantizedVariant> variants = new ArrayList<>();
        for (Draft draft : drafts) {
            Evaluation evaluation = result.variants().get(variants.size());
            variants.add(new QuantizedVariant(
                    draft.published(),
                    report(draft, evaluation, seconds, request.options()),
                    probes,
                    evaluation.variantPredictions().accuracy(validation, Arrays.stream(chosen))));
        }
        return variants;
    }

    private static VariantReport report(
            Draft draft, Evaluation evaluation, double evaluateSeconds, QuantizationOptions options) {
        VariantMaker.MadeVariant made = draft.made();
        return new VariantReport(
                draft.profile().name(),
                draft.name(),
                draft.sha256(),
                draft.bytes(),
                made.trail().method(),
                evaluation,
                new StepSeconds(made.calibrateSeconds(), made.quantizeSeconds(), evaluateSeconds),
                PeakMemory.mebibytes(),
                draft.lint(),
                Verdict.of(
                        evaluation,
                        draft.profile().lossBudget(options.maxLossPoints()),
                        options.likelihood().orElse(LikelihoodBudget.usual()),
                        draft.profile().agreementBudget(options.minAgreement())),
                made.trail());
    }
}
