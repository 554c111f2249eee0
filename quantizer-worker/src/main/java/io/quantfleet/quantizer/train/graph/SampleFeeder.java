package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.InputFiller;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a batch of samples into arrays for a model's inputs. Not for use by several threads. */
public final class SampleFeeder {
    private final List<TensorSpec> inputs;

    /**
     * A feeder for a model.
     *
     * @param inputs the model's inputs
     * @param sampleShapes dimensions of one sample by input, where the model leaves them open
     * @throws QuantizerException if dimensions stay open, or elements are of a type that PyTorch gets no arrays of
     */
    public SampleFeeder(List<TensorSpec> inputs, Map<String, List<Long>> sampleShapes) {
        this.inputs = inputs.stream().map(input -> settled(input, sampleShapes)).toList();
    }

    private static TensorSpec settled(TensorSpec input, Map<String, List<Long>> sampleShapes) {
        List<Long> given = sampleShapes.get(input.name());
        TensorSpec settled = input;
        if (given != null && input.sampleElements().isEmpty()) {
            List<Long> shape = new ArrayList<>(List.of(TensorSpec.DYNAMIC));
            shape.addAll(given);
            settled = input.withShape(shape);
        }
        if (settled.shape().isEmpty() || settled.sampleElements().isEmpty()) {
            throw new QuantizerException(
                    ReasonCode.DESCRIPTION_INVALID,
                    "input " + input.name() + " has dimensions that neither the model nor its description settles: "
                            + input.shape());
        }
        type(settled);
        return settled;
    }

    /** Arrays for some samples, in the scope around this call. */
    public Map<String, NDArray> feed(NDManager manager, InputFiller samples, int... numbers) {
        Map<String, NDArray> feeds = new LinkedHashMap<>();
        for (TensorSpec input : inputs) {
            int sampleBytes = Math.toIntExact(
                    input.sampleElements().orElseThrow() * input.type().bytes());
            ByteBuffer buffer = ByteBuffer.allocateDirect(Math.multiplyExact(sampleBytes, numbers.length))
                    .order(ByteOrder.nativeOrder());
            for (int number : numbers) {
                samples.fill(number, input.name(), buffer);
            }
            long[] shape = Shapes.array(input.shape());
            shape[0] = numbers.length;
            feeds.put(input.name(), manager.create(buffer.flip(), new Shape(shape), type(input)));
        }
        return feeds;
    }

    private static DataType type(TensorSpec input) {
        return switch (input.type()) {
            case FLOAT32 -> DataType.FLOAT32;
            case FLOAT64 -> DataType.FLOAT64;
            case INT64 -> DataType.INT64;
            case INT32 -> DataType.INT32;
            case BOOL -> DataType.BOOLEAN;
            case UINT8 -> DataType.UINT8;
            case INT8 -> DataType.INT8;
            default ->
                throw new QuantizerException(
                        ReasonCode.OPERATOR_UNSUPPORTED,
                        "input " + input.name() + " holds elements of type " + input.type()
                                + ", which can't be trained with");
        };
    }
}
