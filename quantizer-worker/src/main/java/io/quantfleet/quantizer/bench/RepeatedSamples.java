package io.quantfleet.quantizer.bench;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.nio.ByteBuffer;

/** So many samples, from the first on again where there are fewer. */
record RepeatedSamples(LabelledSamples samples, int size) implements LabelledSamples {

    @Override
    public int label(int sample) {
        return samples.label(sample % samples.size());
    }

    @Override
    public String name(int sample) {
        return samples.name(sample % samples.size());
    }

    @Override
    public byte[] compact(int sample, String inputName) {
        return samples.compact(sample % samples.size(), inputName);
    }

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        samples.fill(sample % samples.size(), inputName, target);
    }

    @Override
    public void close() {
        samples.close();
    }
}
