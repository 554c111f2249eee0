package io.quantfleet.quantizer;

import io.quantfleet.quantizer.onnx.TinyModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** A model on disk that tells red pictures from blue ones, with data sets of both. */
final class ColourModel {
    final Path description;
    final Path calibration;
    final Path validation;

    ColourModel(Path folder) throws IOException {
        this.description = Files.writeString(folder.resolve("colour.model.yaml"), """
                name: colour
                task: classification
                onnx: colour.onnx
                inputs:
                  - {name: image, kind: image, layout: NCHW, channels: RGB, size: [4, 4]}
                output: scores
                labels: [red, blue]
                """);
        Files.write(folder.resolve("colour.onnx"), model());
        this.calibration = pictures(folder.resolve("calibration"), 4);
        this.validation = pictures(folder.resolve("validation"), 10);
    }

    /** The mean of each channel, then red and blue. */
    static byte[] model() {
        return TinyModel.opset(17)
                .input("image", -1, 3, 4, 4)
                .floats("w", new long[] {3, 2}, 1, 0, 0, 0, 0, 1)
                .node("GlobalAveragePool", List.of("image"), "mean")
                .node("Flatten", List.of("mean"), "flat")
                .node("MatMul", List.of("flat", "w"), "scores")
                .output("scores", -1, 2)
                .proto()
                .toByteArray();
    }

    private static Path pictures(Path folder, int each) throws IOException {
        for (int i = 0; i < each; i++) {
            picture(folder.resolve("red/" + i + ".png"), (200 + i) << 16);
            picture(folder.resolve("blue/" + i + ".png"), 200 + i);
        }
        return folder;
    }

    private static void picture(Path file, int rgb) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 16; i++) {
            image.setRGB(i % 4, i / 4, rgb);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    ModelFiles files() {
        return new ModelFiles(description, calibration, validation);
    }
}
