package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.quantize.WeightQuantizer.Quantized;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The integers of one prepared model's weights, kept because many variants of it have the same. Safe for use by several
 * threads.
 */
final class WeightCache {
    private static final float[] NO_FLOOR = new float[1];

    private final Map<Key, Quantized> known = new ConcurrentHashMap<>();

    private record Key(String weight, int axis, int greatest, boolean clip) {}

    /** The same as {@link WeightQuantizer#symmetric}. */
    Quantized symmetric(TensorProto weight, int axis, float[] least, int greatest, boolean clip) {
        Quantized free = known.computeIfAbsent(
                new Key(weight.getName(), axis, greatest, clip),
                key -> WeightQuantizer.symmetric(weight, axis, NO_FLOOR, greatest, clip));
        for (int place = 0; place < free.parameters().size(); place++) {
            if (least[least.length == 1 ? 0 : place] > free.scale(place)) {
                return WeightQuantizer.symmetric(weight, axis, least, greatest, clip);
            }
        }
        return allZero(free) ? WeightQuantizer.symmetric(weight, axis, least, greatest, clip) : free;
    }

    // A channel of zeros takes the scale that its bias asks for.
    private static boolean allZero(Quantized quantized) {
        return quantized.parameters().stream().anyMatch(affine -> affine.scale() == 1);
    }
}
