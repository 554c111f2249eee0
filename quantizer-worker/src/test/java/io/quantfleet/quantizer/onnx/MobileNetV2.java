package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * MobileNetV2 as Sandler et al. 2018 describe it (width 1.0, 53 layers with weights), with random weights: what costs of
 * calibration are measured on. As a program it writes the model and its description into a directory.
 */
public final class MobileNetV2 {
    /** Expansion, channels, repetitions and first stride of each stage: table 2 of the paper. */
    private static final int[][] STAGES = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}
    };

    private static final int LAST = 1280;

    private final TinyModel model;
    private int convolutions;

    private MobileNetV2(int pixels, int classes) {
        this.model = TinyModel.opset(17).input("image", -1, 3, pixels, pixels).output("logits", -1, classes);
    }

    /** The model for square images. */
    public static ModelProto of(int pixels, int classes) {
        MobileNetV2 maker = new MobileNetV2(pixels, classes);
        maker.build(classes);
        return maker.model.proto();
    }

    private void build(int classes) {
        model.floats("zero", new long[] {}, 0).floats("six", new long[] {}, 6);
        String x = bounded(conv("image", 3, 32, 3, 2, 1));
        int channels = 32;
        for (int[] stage : STAGES) {
            for (int i = 0; i < stage[2]; i++) {
                x = block(x, channels, stage[1], stage[0], i == 0 ? stage[3] : 1);
                channels = stage[1];
            }
        }
        x = bounded(conv(x, channels, LAST, 1, 1, 1));
        model.node("GlobalAveragePool", List.of(x), "pooled")
                .node("Flatten", List.of("pooled"), "flat")
                .weights("classes_w", 0.05, classes, LAST)
                .weights("classes_b", 0.05, classes)
                .node("Gemm", List.of("flat", "classes_w", "classes_b"), "logits", Attribute.of("transB", 1));
    }

    private String block(String input, int from, int to, int expansion, int stride) {
        int wide = from * expansion;
        String x = expansion == 1 ? input : bounded(conv(input, from, wide, 1, 1, 1));
        x = bounded(conv(x, wide, wide, 3, stride, wide));
        x = conv(x, wide, to, 1, 1, 1);
        if (stride == 1 && from == to) {
            String sum = x + "_sum";
            model.node("Add", List.of(input, x), sum);
            return sum;
        }
        return x;
    }

    private String conv(String input, int from, int to, int kernel, int stride, int groups) {
        String name = "conv" + convolutions++;
        int fanIn = from / groups * kernel * kernel;
        model.weights(name + "_w", Math.sqrt(2.0 / fanIn), to, from / groups, kernel, kernel)
                .weights(name + "_b", 0.1, to)
                .node(
                        "Conv",
                        List.of(input, name + "_w", name + "_b"),
                        name,
                        Attribute.ints("kernel_shape", kernel, kernel),
                        Attribute.ints("strides", stride, stride),
                        Attribute.ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2),
                        Attribute.of("group", groups));
        return name;
    }

    private String bounded(String tensor) {
        model.node("Clip", List.of(tensor, "zero", "six"), tensor + "_bounded");
        return tensor + "_bounded";
    }

    /** Writes {@code mobilenetv2-PIXELS.onnx} and its description, for the data sets of ten classes of CIFAR-10. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        int pixels = Integer.parseInt(arguments[1]);
        String name = "mobilenetv2-" + pixels;
        Files.createDirectories(directory);
        Files.write(directory.resolve(name + ".onnx"), of(pixels, 10).toByteArray());
        String labels =
                List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
                        .stream()
                        .collect(Collectors.joining(", "));
        Files.writeString(
                directory.resolve(name + ".model.yaml"),
                String.join(
                        "\n",
                        "name: " + name,
                        "task: classification",
                        "onnx: " + name + ".onnx",
                        "inputs:",
                        "  - name: image",
                        "    kind: image",
                        "    layout: NCHW",
                        "    channels: RGB",
                        "    size: [" + pixels + ", " + pixels + "]",
                        "    scale: 0.00392156862745098",
                        "    mean: [0.485, 0.456, 0.406]",
                        "    std: [0.229, 0.224, 0.225]",
                        "output: logits",
                        "labels: [" + labels + "]",
                        ""));
    }
}
