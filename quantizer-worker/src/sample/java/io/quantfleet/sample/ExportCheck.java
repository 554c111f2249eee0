package io.quantfleet.sample;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** Holds the exported file, run by ONNX Runtime, against the trained network, run by PyTorch. */
record ExportCheck(double accuracy, double greatestDifference) {
    private static final double TOLERANCE = 1e-4;

    /**
     * Runs the file on every image.
     *
     * @throws IllegalStateException if any logit differs by more than 1e-4
     */
    static ExportCheck of(Path onnx, byte[] pixels, float[][] expected) throws OrtException {
        int size = pixels.length / expected.length;
        double greatest = 0;
        int right = 0;
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(onnx.toString())) {
            for (int i = 0; i < expected.length; i++) {
                float[] logits = run(environment, session, input(pixels, i * size, size));
                for (int c = 0; c < logits.length; c++) {
                    greatest = Math.max(greatest, Math.abs(logits[c] - expected[i][c]));
                }
                right += indexOfGreatest(logits) == GlyphImages.label(i) ? 1 : 0;
            }
        }
        if (!(greatest <= TOLERANCE)) {
            throw new IllegalStateException("ONNX Runtime and PyTorch differ by " + greatest);
        }
        return new ExportCheck((double) right / expected.length, greatest);
    }

    private static float[] run(OrtEnvironment environment, OrtSession session, float[] input) throws OrtException {
        long[] shape = GlyphNetwork.inputShape(1).getShape();
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape);
                OrtSession.Result result = session.run(Map.of(OnnxExport.INPUT, tensor))) {
            return ((float[][]) result.get(0).getValue())[0];
        }
    }

    private static float[] input(byte[] pixels, int offset, int size) {
        float[] values = new float[size];
        int plane = size / Normalisation.MEAN.length;
        for (int i = 0; i < size; i++) {
            float value = (pixels[offset + i] & 0xff) * Normalisation.SCALE;
            values[i] = (value - Normalisation.MEAN[i / plane]) / Normalisation.DEVIATION[i / plane];
        }
        return values;
    }

    private static int indexOfGreatest(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
