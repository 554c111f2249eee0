package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.sample.LlamaShape;
import java.nio.ByteBuffer;
import java.util.Random;

/** Tokens of which some are far more frequent than others. */
record SkewedTokens(int size, LlamaShape shape, long seed) implements SampleSource {
    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        Random random = new Random(seed * 1000 + sample);
        for (int i = 0; i < shape.context(); i++) {
            target.putLong((long) (shape.vocabulary() * Math.pow(random.nextDouble(), 3)));
        }
    }
}
