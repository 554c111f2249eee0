package io.quantfleet.quantizer.exchange;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A file for other tools that stands beside a variant. */
public enum ExtraOutput {
    /** Encodings as AIMET writes them and Qualcomm's converters read them, layout 1.0.0. */
    ENCODINGS("encodings", ".encodings.json"),
    /** The dynamic range of every computed tensor, a line each, as TensorRT takes them where it quantizes implicitly. */
    DYNAMIC_RANGES("dynamic-ranges", ".dynamic-ranges.txt");

    private static final String ONNX = ".onnx";

    private final String label;
    private final String ending;

    ExtraOutput(String label, String ending) {
        this.label = label;
        this.ending = ending;
    }

    /** The name on the command line. */
    public String label() {
        return label;
    }

    /** The output of that name. */
    public static Optional<ExtraOutput> ofLabel(String label) {
        return Arrays.stream(values()).filter(each -> each.label.equals(label)).findFirst();
    }

    /** What the file says of a variant. */
    public String of(OnnxModel variant) {
        QuantizedGraph graph = QuantizedGraph.of(variant);
        return switch (this) {
            case ENCODINGS -> AimetEncodings.of(graph);
            case DYNAMIC_RANGES -> DynamicRanges.of(graph);
        };
    }

    /**
     * Writes the file beside a variant: {@code net.rpi-cpu.onnx} gets a {@code net.rpi-cpu.encodings.json}.
     *
     * @return the file
     * @throws QuantizerException if the variant can't be read, or the file not written
     */
    public Path writeBeside(Path variant) {
        String name = variant.getFileName().toString();
        String stem = name.endsWith(ONNX) ? name.substring(0, name.length() - ONNX.length()) : name;
        Path file = variant.resolveSibling(stem + ending);
        try {
            return Files.writeString(file, of(OnnxModel.readAnyForm(variant)));
        } catch (IOException e) {
            throw new QuantizerException(ReasonCode.STORAGE_FAILED, "can't write " + file + ": " + e.getMessage(), e);
        }
    }
}
