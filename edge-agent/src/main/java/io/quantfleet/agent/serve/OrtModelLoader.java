package io.quantfleet.agent.serve;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.quantfleet.protocols.v1.ProbeSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Loads models into ONNX Runtime, on the first of the wanted execution providers that works here, else on the CPU.
 *
 * @param insisted what this device runs models on whatever its class asks for; empty to do as the class asks
 * @param libraries where the runtime's libraries are kept; empty to leave that to the runtime
 */
public record OrtModelLoader(List<ExecutionProvider> insisted, Optional<Path> libraries) implements ModelLoader {
    private static final Path PROC = Path.of("/proc");

    public OrtModelLoader {
        insisted = List.copyOf(insisted);
    }

    @Override
    public Model load(Path model, Path probeSet) {
        return load(model, probeSet, List.of());
    }

    @Override
    public Model load(Path model, Path probeSet, List<String> providers) {
        ProbeSet probes = ProbeSetFile.read(probeSet);
        ProbeAnswers answers = ProbeAnswers.of(probes);
        OrtEnvironment environment = OrtRuntime.environment(libraries);
        OptionalLong before = ResidentMemory.bytes(PROC);
        List<String> wanted = insisted.isEmpty()
                ? providers
                : insisted.stream().map(ExecutionProvider::code).toList();
        Session session = session(environment, model, wanted);
        try {
            return OrtModel.of(
                    environment, session.session(), probes, answers, session.provider(), () -> growth(before));
        } catch (OrtException e) {
            throw cantLoad(e);
        }
    }

    private record Session(OrtSession session, String provider) {}

    private static Session session(OrtEnvironment environment, Path model, List<String> wanted) {
        OrtSessions sessions = OrtSessions.ofThisMachine();
        List<String> unfit = new ArrayList<>();
        for (String code : wanted) {
            Optional<ExecutionProvider> provider = ExecutionProvider.of(code);
            if (provider.isEmpty()) {
                unfit.add(code + " is not known to this agent");
            } else if (provider.get() == ExecutionProvider.CPU) {
                break;
            } else if (!provider.get().isBuiltIn()) {
                unfit.add(code + " is not in this build of ONNX Runtime");
            } else {
                try {
                    return new Session(sessions.open(environment, model, provider.get()), describe(code, unfit));
                } catch (OrtException e) {
                    unfit.add(code + " does not work: " + e.getMessage());
                }
            }
        }
        try {
            return new Session(
                    sessions.open(environment, model, ExecutionProvider.CPU),
                    describe(ExecutionProvider.CPU.code(), unfit));
        } catch (OrtException e) {
            throw cantLoad(e);
        }
    }

    private static String describe(String code, List<String> unfit) {
        return unfit.isEmpty() ? code : code + " (" + String.join("; ", unfit) + ")";
    }

    private static OptionalLong growth(OptionalLong before) {
        OptionalLong now = ResidentMemory.bytes(PROC);
        return before.isPresent() && now.isPresent()
                ? OptionalLong.of(Math.max(0, now.getAsLong() - before.getAsLong()))
                : OptionalLong.empty();
    }

    private static ModelException cantLoad(OrtException e) {
        return new ModelException("the model can't be loaded: " + e.getMessage(), e);
    }
}
