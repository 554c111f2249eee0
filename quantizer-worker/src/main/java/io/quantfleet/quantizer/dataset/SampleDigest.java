package io.quantfleet.quantizer.dataset;

import io.quantfleet.protocols.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Tells samples from others by what they hold, whatever their names and places. */
public final class SampleDigest {
    private SampleDigest() {}

    /** The digest of samples with their labels, in their order, and of how they become a model's inputs. */
    public static Sha256 of(ModelDescription description, LabelledSamples samples) {
        MessageDigest digest = Sha256.newDigest();
        byte[] inputs = description.inputs().toString().getBytes(StandardCharsets.UTF_8);
        digest.update(numbers(inputs.length, samples.size()));
        digest.update(inputs);
        for (int i = 0; i < samples.size(); i++) {
            for (int target : samples.targets(i)) {
                digest.update(numbers(target, i));
            }
            for (ModelInput input : description.inputs()) {
                digest.update(samples.compact(i, input.name()));
            }
        }
        return Sha256.ofDigest(digest.digest());
    }

    private static byte[] numbers(int one, int other) {
        return ByteBuffer.allocate(2 * Integer.BYTES).putInt(one).putInt(other).array();
    }
}
