package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Samples of two numbers, in memory. */
final class TinySamples implements LabelledSamples {
    private final float[][] values;
    private final int[] labels;

    TinySamples(float[][] values, int... labels) {
        this.values = values;
        this.labels = labels;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int label(int sample) {
        return labels[sample];
    }

    @Override
    public String name(int sample) {
        return "sample " + sample;
    }

    @Override
    public byte[] compact(int sample, String inputName) {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values[sample]);
        return bytes.array();
    }

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        target.putFloat(values[sample][0]).putFloat(values[sample][1]);
    }

    @Override
    public void close() {}
}
