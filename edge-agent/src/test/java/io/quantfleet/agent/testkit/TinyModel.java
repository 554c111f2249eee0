package io.quantfleet.agent.testkit;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.v1.PixelEncoding;
import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeInput;
import io.quantfleet.protocols.v1.ProbeSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** A model that takes images of four pixels and names the brightest one, with images to probe it with. */
public final class TinyModel {
    public static final int LABELS = 4;
    private static final int SAMPLES = 20;
    /** So many bytes at the beginning and the end of a file are no ballast. */
    private static final int STRUCTURE = 200;

    private TinyModel() {}

    /**
     * The ONNX file.
     *
     * @param ballast bytes of weights that nothing uses, to give the file a size; they differ by {@code seed}
     */
    public static byte[] onnx(int ballast, long seed) {
        return onnx(ballast, seed, 1);
    }

    /** The same for batches of any size. */
    public static byte[] onnxOfBatches() {
        return onnx(0, 0, -1);
    }

    /** The same in bytes, by two convolutions that share their weight, an identity. */
    public static byte[] quantizedWithSharedWeight() {
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder()
                .setName("brightest")
                .addInput(value("image", 1, 1, 2, 2))
                .addOutput(value("scores", 1, LABELS))
                .addInitializer(scalar("step", 0.03f))
                .addInitializer(scalar("weight_step", 1 / 127f))
                .addInitializer(bytes("zero", OnnxMl.TensorProto.DataType.UINT8_VALUE, 128))
                .addInitializer(bytes("weight_zero", OnnxMl.TensorProto.DataType.INT8_VALUE, 0))
                .addInitializer(bytes("weight", OnnxMl.TensorProto.DataType.INT8_VALUE, 127, 1, 1, 1, 1));
        quantizeAndBack(graph, "image", "a");
        convolve(graph, "a", "b");
        quantizeAndBack(graph, "b", "c");
        convolve(graph, "c", "d");
        quantizeAndBack(graph, "d", "e");
        return model(graph.addNode(node("Flatten", "scores", "e")).build());
    }

    private static void quantizeAndBack(OnnxMl.GraphProto.Builder graph, String from, String to) {
        graph.addNode(node("QuantizeLinear", to + "_q", from, "step", "zero"))
                .addNode(node("DequantizeLinear", to, to + "_q", "step", "zero"));
    }

    private static void convolve(OnnxMl.GraphProto.Builder graph, String from, String to) {
        graph.addNode(node("DequantizeLinear", to + "_w", "weight", "weight_step", "weight_zero"))
                .addNode(node("Conv", to, from, to + "_w"));
    }

    private static OnnxMl.NodeProto node(String operator, String output, String... inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .addOutput(output)
                .addAllInput(List.of(inputs))
                .build();
    }

    private static OnnxMl.TensorProto scalar(String name, float value) {
        return OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                .addFloatData(value)
                .build();
    }

    private static OnnxMl.TensorProto bytes(String name, int type, int value, long... shape) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(type)
                .setRawData(ByteString.copyFrom(new byte[] {(byte) value}));
        LongStream.of(shape).forEach(tensor::addDims);
        return tensor.build();
    }

    /** A model with ballast, one byte in fifty of it one up or down, so that a delta is small and no chunk stays. */
    public static byte[] nudged(byte[] model) {
        byte[] next = model.clone();
        Random random = new Random(model[2000]);
        for (int i = STRUCTURE; i < next.length - STRUCTURE; i++) {
            if (random.nextInt(50) == 0) {
                next[i] += (byte) (random.nextBoolean() ? 1 : -1);
            }
        }
        return next;
    }

    private static byte[] onnx(int ballast, long seed, long batch) {
        byte[] weights = new byte[ballast / Float.BYTES * Float.BYTES];
        new Random(seed).nextBytes(weights);
        OnnxMl.GraphProto graph = OnnxMl.GraphProto.newBuilder()
                .setName("brightest")
                .addInput(value("image", batch, 1, 2, 2))
                .addOutput(value("scores", batch, LABELS))
                .addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("ballast")
                        .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                        .addDims(weights.length / Float.BYTES)
                        .setRawData(ByteString.copyFrom(weights)))
                .addNode(OnnxMl.NodeProto.newBuilder()
                        .setOpType("Flatten")
                        .addInput("image")
                        .addOutput("scores"))
                .build();
        return model(graph);
    }

    /** A graph as an ONNX file. */
    public static byte[] model(OnnxMl.GraphProto graph) {
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    /** The probe set; this share of its labels is right. */
    public static ProbeSet probeSet(double rightLabels) {
        byte[] pixels = new byte[SAMPLES * LABELS];
        ProbeSet.Builder probes = ProbeSet.newBuilder().setSamples(SAMPLES).setOutput("scores");
        for (int sample = 0; sample < SAMPLES; sample++) {
            int brightest = sample % LABELS;
            // Above 127, so that a signed reading of the byte would lose.
            pixels[sample * LABELS + brightest] = (byte) 200;
            boolean right = sample < rightLabels * SAMPLES;
            probes.addLabels(right ? brightest : (brightest + 1) % LABELS).addReference(brightest);
        }
        return probes.addInputs(ProbeInput.newBuilder()
                        .setName("image")
                        .setType(ProbeElementType.PROBE_ELEMENT_TYPE_FLOAT32)
                        .addShape(1)
                        .addShape(2)
                        .addShape(2)
                        .setPixels(PixelEncoding.newBuilder()
                                .setData(ByteString.copyFrom(pixels))
                                .setScale(1 / 255.0)
                                .addMean(0.5)
                                .addStd(0.25)))
                .build();
    }

    private static OnnxMl.ValueInfoProto value(String name, long... shape) {
        OnnxMl.TensorShapeProto.Builder dimensions = OnnxMl.TensorShapeProto.newBuilder();
        for (long size : shape) {
            dimensions.addDim(
                    size < 0
                            ? OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("n")
                            : OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                                .setShape(dimensions)))
                .build();
    }
}
