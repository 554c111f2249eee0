package io.quantfleet.cli.simulate;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ModelException;
import io.quantfleet.agent.serve.ModelLoader;
import io.quantfleet.agent.serve.ProbeAnswers;
import io.quantfleet.cli.simulate.memory.MemoryFileSystem;
import io.quantfleet.protocols.v1.ProbeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.random.RandomGenerator;

/** Loads {@link SimulatedModel}s for one device. */
record SimulatedRuntime(
        MemoryFileSystem files,
        ProbeSets probeSets,
        double accuracy,
        Distribution.Latency latency,
        RandomGenerator random)
        implements ModelLoader {
    @Override
    public Model load(Path model, Path probeSet) {
        try {
            return new SimulatedModel(probeSets.parse(files.bytes(probeSet)), accuracy, latency, random);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelException("the probe set is malformed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ModelException("the probe set in " + probeSet + " can't be read: " + e.getMessage(), e);
        }
    }

    /** Parsed probe sets, each once for all devices that have the same. Safe for use by several threads. */
    static final class ProbeSets {
        // By identity, as arrays are: equal files have the same array.
        private final Map<byte[], ProbeAnswers> parsed = new WeakHashMap<>();

        synchronized ProbeAnswers parse(byte[] content) throws InvalidProtocolBufferException {
            ProbeAnswers known = parsed.get(content);
            if (known != null) {
                return known;
            }
            ProbeAnswers answers = ProbeAnswers.of(withoutInputs(ProbeSet.parseFrom(content)));
            parsed.put(content, answers);
            return answers;
        }

        private static ProbeSet withoutInputs(ProbeSet whole) {
            return whole.toBuilder().clearInputs().build();
        }
    }
}
