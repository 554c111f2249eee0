package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.List;

/**
 * A weight whose integers were learned, rather than rounded to nearest. Symmetric.
 *
 * @param integers a byte each, in the order of the stored floats
 * @param scales by output channel
 */
public record LearnedWeight(ByteString integers, List<Float> scales) {
    public LearnedWeight {
        scales = List.copyOf(scales);
    }

    /** A tensor of stored integers with these in their place. */
    public TensorProto stored(TensorProto rounded) {
        boolean four = rounded.getDataType() == TensorProto.DataType.INT4_VALUE;
        return rounded.toBuilder()
                .setRawData(StoredIntegers.packed(integers, four ? IntegerType.INT4 : IntegerType.INT8))
                .build();
    }

    /** The same weight, as it would have been rounded to nearest with these scales, with these integers. */
    WeightQuantizer.Quantized in(WeightQuantizer.Quantized rounded) {
        return new WeightQuantizer.Quantized(integers, rounded.parameters(), rounded.axis(), rounded.stride());
    }

    /** Whether the weight still has the scales that its integers were learned for. */
    boolean fits(WeightQuantizer.Quantized rounded) {
        int places = rounded.parameters().size();
        for (int channel = 0; channel < scales.size(); channel++) {
            if (scales.get(channel) != rounded.scale(places == 1 ? 0 : channel)) {
                return false;
            }
        }
        return integers.size() == rounded.values().size();
    }
}
