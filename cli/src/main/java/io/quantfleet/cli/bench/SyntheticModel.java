package io.quantfleet.cli.bench;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An ONNX file with the layout and the statistics of a quantized network, for measuring what its updates cost: int8
 * weights distributed as trained ones are, a scale for each, an int32 bias that follows from the scales, and the scale
 * that calibration gave to each activation. Every change gives another model; the model itself never changes.
 */
final class SyntheticModel {
    private static final int CHANNELS = 64;
    private static final double WEIGHT_DEVIATION = 32;
    private static final double SCALE_CHANGE = 0.03;

    private record Layer(ByteString weights, float weightScale, float activationScale, List<Float> bias) {}

    private final List<Layer> layers;

    private SyntheticModel(List<Layer> layers) {
        this.layers = layers;
    }

    /** So many layers with so many weights each. */
    static SyntheticModel of(int layers, int weights, Random random) {
        List<Layer> made = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            made.add(layer(weights, random));
        }
        return new SyntheticModel(made);
    }

    /** This share of the weights one step up or down: what a fine-tuning leaves after quantization. */
    SyntheticModel nudged(double share, Random random) {
        List<Layer> next = new ArrayList<>();
        for (Layer layer : layers) {
            byte[] weights = layer.weights().toByteArray();
            for (int i = 0; i < weights.length; i++) {
                if (random.nextDouble() < share) {
                    int step = random.nextBoolean() ? 1 : -1;
                    weights[i] = (byte)
                            (weights[i] == Byte.MAX_VALUE || weights[i] == -Byte.MAX_VALUE ? 0 : weights[i] + step);
                }
            }
            next.add(new Layer(
                    ByteString.copyFrom(weights), layer.weightScale(), layer.activationScale(), layer.bias()));
        }
        return new SyntheticModel(next);
    }

    /** One layer trained anew, all the others as they were. */
    SyntheticModel withNewLayer(int index, Random random) {
        List<Layer> next = new ArrayList<>(layers);
        next.set(index, layer(layers.get(index).weights().size(), random));
        return new SyntheticModel(next);
    }

    /** One more layer of the same size at the end. */
    SyntheticModel withLayerAppended(Random random) {
        List<Layer> next = new ArrayList<>(layers);
        next.add(layer(layers.get(0).weights().size(), random));
        return new SyntheticModel(next);
    }

    /** Other ranges of the activations: the weights stay, scales and biases change. */
    SyntheticModel calibratedAnew(Random random) {
        return new SyntheticModel(layers.stream()
                .map(layer -> new Layer(
                        layer.weights(),
                        layer.weightScale(),
                        (float) (layer.activationScale() * (1 + SCALE_CHANGE * random.nextGaussian())),
                        layer.bias()))
                .toList());
    }

    private static Layer layer(int weights, Random random) {
        byte[] quantized = new byte[weights];
        for (int i = 0; i < weights; i++) {
            long value = Math.round(random.nextGaussian() * WEIGHT_DEVIATION);
            quantized[i] = (byte) Math.max(-Byte.MAX_VALUE, Math.min(Byte.MAX_VALUE, value));
        }
        List<Float> bias = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            bias.add((float) random.nextGaussian());
        }
        return new Layer(
                ByteString.copyFrom(quantized),
                0.001f + random.nextFloat() / 100,
                0.01f + random.nextFloat() / 10,
                bias);
    }

    byte[] bytes() {
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("synthetic");
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            String name = "layer" + i;
            graph.addNode(OnnxMl.NodeProto.newBuilder()
                    .setOpType("DequantizeLinear")
                    .addInput(name + ".weight")
                    .addInput(name + ".weight_scale")
                    .addOutput(name + ".weight_dequantized"));
            graph.addInitializer(tensor(
                    name + ".weight",
                    OnnxMl.TensorProto.DataType.INT8,
                    layer.weights().asReadOnlyByteBuffer()));
            graph.addInitializer(floats(name + ".weight_scale", layer.weightScale()));
            graph.addInitializer(floats(name + ".activation_scale", layer.activationScale()));
            graph.addInitializer(tensor(name + ".bias", OnnxMl.TensorProto.DataType.INT32, bias(layer)));
        }
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(10)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(21))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static ByteBuffer bias(Layer layer) {
        ByteBuffer bias = ByteBuffer.allocate(CHANNELS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : layer.bias()) {
            bias.putInt(Math.round(value / (layer.weightScale() * layer.activationScale())));
        }
        return bias.flip();
    }

    private static OnnxMl.TensorProto floats(String name, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return tensor(
                name, OnnxMl.TensorProto.DataType.FLOAT, bytes.putFloat(value).flip());
    }

    private static OnnxMl.TensorProto tensor(String name, OnnxMl.TensorProto.DataType type, ByteBuffer content) {
        return OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addDims(content.remaining())
                .setRawData(ByteString.copyFrom(content))
                .build();
    }
}
