package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Declares the dimensions that are known from the samples, and a batch of one where all shapes must be fixed. */
final class SettleShapes {
    private SettleShapes() {}

    /**
     * Fixes the inputs' dimensions.
     *
     * @param sampleShapes dimensions of one sample by input; inputs that are not named stay as they are
     * @param oneSample whether the batch becomes 1
     */
    static void ofInputs(Graph graph, Map<String, List<Long>> sampleShapes, boolean oneSample) {
        graph.declareInputs(input -> {
            List<TensorShapeProto.Dimension> dimensions =
                    new ArrayList<>(input.getType().getTensorType().getShape().getDimList());
            List<Long> sample = sampleShapes.getOrDefault(input.getName(), List.of());
            if (!sample.isEmpty() && sample.size() != dimensions.size() - 1) {
                throw mismatch(input, "has " + dimensions.size() + " dimensions, a batch of samples of " + sample);
            }
            for (int i = 0; i < sample.size(); i++) {
                dimensions.set(i + 1, settled(input, dimensions.get(i + 1), sample.get(i)));
            }
            if (oneSample && !dimensions.isEmpty()) {
                dimensions.set(0, settled(input, dimensions.get(0), 1));
            }
            if (oneSample && dimensions.stream().anyMatch(dimension -> !dimension.hasDimValue())) {
                throw mismatch(input, "has dimensions that nothing settles, where fixed shapes are wanted");
            }
            return withShape(input, dimensions);
        });
    }

    /** Leaves the batch open where it is fixed to 1, and with it the outputs' shapes. */
    static void openBatch(Graph graph) {
        graph.declareInputs(input -> {
            List<TensorShapeProto.Dimension> dimensions =
                    new ArrayList<>(input.getType().getTensorType().getShape().getDimList());
            if (!dimensions.isEmpty() && dimensions.get(0).getDimValue() == 1) {
                dimensions.set(
                        0,
                        TensorShapeProto.Dimension.newBuilder()
                                .setDimParam("batch")
                                .build());
            }
            return withShape(input, dimensions);
        });
        graph.declareOutputs(
                output -> ValueInfoProto.newBuilder().setName(output.getName()).build());
    }

    /** Declares the outputs' dimensions as they were seen. */
    static void ofOutputs(Graph graph, TensorFacts facts) {
        graph.declareOutputs(output -> facts.shape(output.getName())
                .map(shape -> withShape(
                        output,
                        shape.stream()
                                .map(dimension -> TensorShapeProto.Dimension.newBuilder()
                                        .setDimValue(dimension)
                                        .build())
                                .toList()))
                .orElse(output));
    }

    private static TensorShapeProto.Dimension settled(
            ValueInfoProto input, TensorShapeProto.Dimension declared, long wanted) {
        if (declared.hasDimValue() && declared.getDimValue() > 0 && declared.getDimValue() != wanted) {
            throw mismatch(input, "has a dimension of " + declared.getDimValue() + " where it should be " + wanted);
        }
        return TensorShapeProto.Dimension.newBuilder().setDimValue(wanted).build();
    }

    private static ValueInfoProto withShape(ValueInfoProto value, List<TensorShapeProto.Dimension> dimensions) {
        TypeProto.Tensor tensor = value.getType().getTensorType().toBuilder()
                .setShape(TensorShapeProto.newBuilder().addAllDim(dimensions))
                .build();
        return value.toBuilder()
                .setType(value.getType().toBuilder().setTensorType(tensor))
                .build();
    }

    private static QuantizerException mismatch(ValueInfoProto input, String fault) {
        return new QuantizerException(ReasonCode.DESCRIPTION_MISMATCH, "input " + input.getName() + " " + fault);
    }
}
