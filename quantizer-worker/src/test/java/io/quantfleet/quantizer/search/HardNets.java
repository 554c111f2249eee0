package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Small networks of random weights, each hard to quantize for another reason. They take 8 × 8 × 8 and give 5 scores. */
final class HardNets {
    static final int CHANNELS = 8;
    static final int SIZE = 8;
    static final int LABELS = 5;
    private static final int WIDE = 24;

    private final TinyModel model =
            TinyModel.opset(17).input("x", -1, CHANNELS, SIZE, SIZE).output("y", -1, LABELS);
    private final Random random = new Random(5);
    private int layers;

    private HardNets() {}

    static OnnxModel of(String name) {
        HardNets net = new HardNets();
        String end =
                switch (name) {
                    case "uneven depthwise" -> net.unevenDepthwise();
                    case "outlier channels" -> net.outlierChannels();
                    case "one hard layer" -> net.oneHardLayer();
                    case "residual" -> net.residual();
                    case "squeeze and excite" -> net.squeezeAndExcite();
                    case "grouped" -> net.grouped();
                    case "transformer" -> net.transformer();
                    case "transformer with norms last" -> net.normsLast();
                    default -> throw new IllegalArgumentException(name);
                };
        net.head(end);
        return OnnxModel.of(net.model.proto());
    }

    private static double power(int channel) {
        return Math.pow(2, (channel * 7 % 15 - 7) / 2.0);
    }

    // Channels of a block differ by 2^±3.5, as in depthwise networks trained on ImageNet; the function does not show
    // it.
    private String unevenDepthwise() {
        String wide = relu(conv("x", CHANNELS, WIDE, 1, 1, HardNets::power, channel -> 1));
        String deep =
                relu(conv(wide, WIDE, WIDE, 3, WIDE, channel -> 1 / power(channel + 3), channel -> 1 / power(channel)));
        return conv(deep, WIDE, CHANNELS, 1, 1, channel -> 1, channel -> power(channel + 3));
    }

    private String outlierChannels() {
        String wide = relu(conv("x", CHANNELS, WIDE, 3, 1, channel -> channel % 11 == 3 ? 40 : 1, channel -> 1));
        return relu(conv(wide, WIDE, CHANNELS, 3, 1, channel -> 1, channel -> channel % 11 == 3 ? 1 / 40.0 : 1));
    }

    // A channel that reaches a thousand, which the layer that reads it leaves out: 8 bits of its range leave nothing of
    // the others.
    private String oneHardLayer() {
        String before = relu(conv("x", CHANNELS, WIDE, 3, 1, channel -> 1, channel -> 1));
        String wide = relu(conv(before, WIDE, WIDE, 1, 1, channel -> channel == 3 ? 1000 : 1, channel -> 1));
        String after = relu(conv(wide, WIDE, WIDE, 3, 1, channel -> 1, channel -> channel == 3 ? 0 : 1));
        return relu(conv(after, WIDE, CHANNELS, 1, 1, channel -> 1, channel -> 1));
    }

    private String residual() {
        String from = "x";
        for (int block = 0; block < 3; block++) {
            String inner = relu(conv(from, CHANNELS, WIDE, 3, 1, channel -> 1, channel -> 1));
            String outer = conv(inner, WIDE, CHANNELS, 3, 1, channel -> 0.5, channel -> 1);
            from = relu(add(from, outer));
        }
        return from;
    }

    private String squeezeAndExcite() {
        String wide = node("HardSwish", conv("x", CHANNELS, WIDE, 1, 1, channel -> 1, channel -> 1));
        String pooled = node("GlobalAveragePool", wide);
        String squeezed = relu(conv(pooled, WIDE, 6, 1, 1, channel -> 1, channel -> 1));
        String gate = node("Sigmoid", conv(squeezed, 6, WIDE, 1, 1, channel -> 3, channel -> 1));
        String scaled = name();
        model.node("Mul", List.of(wide, gate), scaled);
        return node("HardSwish", conv(scaled, WIDE, CHANNELS, 3, 1, channel -> 1, channel -> 1));
    }

    private String grouped() {
        String wide = relu(conv("x", CHANNELS, WIDE, 3, 4, channel -> 1 + channel % 5, channel -> 1));
        return relu(conv(wide, WIDE, CHANNELS, 3, 8, channel -> 1, channel -> 1));
    }

    // Eight tokens of 64: attention under a mask of -10000, layer norms, a residual with an outlier among its channels.
    private String transformer() {
        int width = SIZE * SIZE;
        model.longs("tokens", new long[] {3}, 0, CHANNELS, width)
                .longs("image", new long[] {4}, 0, CHANNELS, SIZE, SIZE);
        String tokens = name();
        model.node("Reshape", List.of("x", "tokens"), tokens);
        String normal = norm(tokens, width);
        String query = matrix(normal, width, width, 0.2);
        String key = matrix(normal, width, width, 0.2);
        String turned = name();
        model.node("Transpose", List.of(key), turned, Attribute.ints("perm", 0, 2, 1));
        String scores = name();
        model.node("MatMul", List.of(query, turned), scores);
        model.floats("mask", new long[] {CHANNELS}, 0, 0, 0, 0, 0, 0, -10000, -10000);
        String masked = name();
        model.node("Add", List.of(scores, "mask"), masked);
        String weights = name();
        model.node("Softmax", List.of(masked), weights, Attribute.of("axis", -1));
        String mixed = name();
        model.node("MatMul", List.of(weights, matrix(normal, width, width, 0.1)), mixed);
        String sum = add(tokens, matrix(mixed, width, width, 0.3));
        String inner = relu(matrix(norm(sum, width), width, 2 * width, 0.2));
        String out = add(sum, matrix(inner, 2 * width, width, 0.1));
        String image = name();
        model.node("Reshape", List.of(out, "image"), image);
        return image;
    }

    // As in BERT: the outlier of a norm goes through the residual, too.
    private String normsLast() {
        int width = SIZE * SIZE;
        model.longs("tokens", new long[] {3}, 0, CHANNELS, width)
                .longs("image", new long[] {4}, 0, CHANNELS, SIZE, SIZE);
        String tokens = name();
        model.node("Reshape", List.of("x", "tokens"), tokens);
        String from = norm(tokens, width);
        for (int block = 0; block < 2; block++) {
            String inner = relu(matrix(from, width, 2 * width, 0.1));
            from = norm(add(from, matrix(inner, 2 * width, width, 0.1)), width);
        }
        String image = name();
        model.node("Reshape", List.of(from, "image"), image);
        return image;
    }

    private void head(String from) {
        String pooled = node("GlobalAveragePool", from);
        String flat = node("Flatten", pooled);
        model.weights("head", 1, CHANNELS, LABELS).weights("headBias", 0.1, LABELS);
        model.node("Gemm", List.of(flat, "head", "headBias"), "y");
    }

    private String conv(
            String from,
            int in,
            int out,
            int kernel,
            int groups,
            IntToDoubleFunction outScale,
            IntToDoubleFunction inScale) {
        int read = in / groups;
        float[] weights = new float[out * read * kernel * kernel];
        double deviation = Math.sqrt(2.0 / (read * kernel * kernel));
        for (int i = 0; i < weights.length; i++) {
            int made = i / (read * kernel * kernel);
            int channel = made / (out / groups) * read + i / (kernel * kernel) % read;
            weights[i] = (float)
                    (random.nextGaussian() * deviation * outScale.applyAsDouble(made) * inScale.applyAsDouble(channel));
        }
        float[] bias = new float[out];
        for (int i = 0; i < out; i++) {
            bias[i] = (float) (random.nextGaussian() * 0.1 * outScale.applyAsDouble(i));
        }
        String to = name();
        model.floats(to + "_w", new long[] {out, read, kernel, kernel}, weights)
                .floats(to + "_b", new long[] {out}, bias)
                .node(
                        "Conv",
                        List.of(from, to + "_w", to + "_b"),
                        to,
                        Attribute.of("group", groups),
                        Attribute.ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2));
        return to;
    }

    private String matrix(String from, int rows, int columns, double deviation) {
        String to = name();
        model.weights(to + "_w", deviation, rows, columns).node("MatMul", List.of(from, to + "_w"), to);
        return to;
    }

    private String norm(String from, int width) {
        String to = name();
        float[] scale = new float[width];
        for (int i = 0; i < width; i++) {
            scale[i] = i == 9 ? 12 : 1;
        }
        model.floats(to + "_s", new long[] {width}, scale)
                .weights(to + "_b", 0.1, width)
                .node("LayerNormalization", List.of(from, to + "_s", to + "_b"), to, Attribute.of("axis", -1));
        return to;
    }

    private String add(String one, String other) {
        String to = name();
        model.node("Add", List.of(one, other), to);
        return to;
    }

    private String relu(String from) {
        return node("Relu", from);
    }

    private String node(String operator, String from) {
        String to = name();
        model.node(operator, List.of(from), to);
        return to;
    }

    private String name() {
        return "t" + layers++;
    }
}
