package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.calibration.WeightClip;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.Arrays;
import java.util.List;

/** Turns stored floats into integers. */
final class WeightQuantizer {
    private WeightQuantizer() {}

    /**
     * Integers with their scales.
     *
     * @param values the integers, in the order of the floats
     * @param parameters one for the whole tensor, or one for each place along the axis
     * @param axis the axis that has a scale for each of its places; negative if there is one scale
     * @param stride how many elements lie between one place along the axis and the next
     */
    record Quantized(ByteString values, List<Affine> parameters, int axis, int stride) {

        /** The scale of a place along the axis. */
        float scale(int place) {
            return parameters.get(parameters.size() == 1 ? 0 : place).scale();
        }

        /** What each integer stands for less the float that it was made of. */
        float[] errors(float[] real) {
            float[] errors = new float[real.length];
            for (int i = 0; i < real.length; i++) {
                Affine affine = parameters.get(parameters.size() == 1 ? 0 : i / stride % parameters.size());
                errors[i] =
                        (StoredIntegers.get(values, affine.type(), i) - affine.zeroPoint()) * affine.scale() - real[i];
            }
            return errors;
        }
    }

    /** One scale and zero point for all. */
    static Quantized perTensor(TensorProto tensor, IntegerType type, boolean symmetric) {
        float[] values = Tensors.floats(tensor);
        return quantized(values, List.of(Affine.of(Range.of(values), type, symmetric)), -1, values.length, 127);
    }

    /**
     * Symmetric, a scale for each place along the axis.
     *
     * @param least scales that must not be undercut; a single one where the weight gets one scale
     * @param greatest the greatest integer: 127, or less where sums may overflow; 7 for 4 bits
     * @param clip whether the largest elements may be cut off where that lessens the error of all
     */
    static Quantized symmetric(TensorProto tensor, int axis, float[] least, int greatest, boolean clip) {
        float[] values = Tensors.floats(tensor);
        List<Long> dimensions = tensor.getDimsList();
        int places = axis < 0 ? 1 : Math.toIntExact(dimensions.get(axis));
        int stride = Math.toIntExact(dimensions.stream().skip(axis + 1L).reduce(1L, Math::multiplyExact));
        float[] largest =
                clip ? WeightClip.leastError(values, places, stride, greatest) : largest(values, places, stride);
        IntegerType type = greatest > IntegerType.INT4.greatest() ? IntegerType.INT8 : IntegerType.INT4;
        Affine[] parameters = new Affine[places];
        for (int place = 0; place < places; place++) {
            float floor = least[least.length == 1 ? 0 : place];
            float wanted = Affine.scale((double) largest[place] / greatest);
            // A channel of zeros takes whatever scale its bias asks for.
            float scale = largest[place] == 0 && floor > 0 ? floor : Math.max(wanted, floor);
            parameters[place] = new Affine(type, scale, 0);
        }
        return quantized(values, Arrays.asList(parameters), axis, stride, greatest);
    }

    private static float[] largest(float[] values, int places, int stride) {
        float[] largest = new float[places];
        for (int i = 0; i < values.length; i++) {
            int place = i / stride % places;
            largest[place] = Math.max(largest[place], Math.abs(values[i]));
        }
        return largest;
    }

    private static Quantized quantized(float[] values, List<Affine> parameters, int axis, int stride, int greatest) {
        StoredIntegers integers = new StoredIntegers(parameters.get(0).type(), values.length);
        for (int i = 0; i < values.length; i++) {
            Affine affine = parameters.size() == 1 ? parameters.get(0) : parameters.get(i / stride % parameters.size());
            int integer = affine.quantize(values[i]);
            // -128, or -8, has no counterpart: symmetric weights leave it out, as kernels that negate them need.
            integers.add(
                    affine.zeroPoint() == 0
                                    && affine.type().signed()
                                    && affine.type().greatest() <= IntegerType.INT8.greatest()
                            ? Math.max(-greatest, Math.min(greatest, integer))
                            : integer);
        }
        return new Quantized(integers.bytes(), parameters, axis, stride);
    }
}
