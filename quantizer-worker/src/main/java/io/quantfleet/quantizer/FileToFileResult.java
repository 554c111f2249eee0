package io.quantfleet.quantizer;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.form.StreamedVariant;
import io.quantfleet.quantizer.report.UnjudgedJson;
import java.nio.file.Path;
import java.util.List;

/**
 * What came of a request that went from file to file: variants that nobody has judged.
 *
 * @param model the model's name
 * @param fp32Bytes size of the original, with its external data
 * @param variants in the order of the request's profiles
 */
public record FileToFileResult(String model, long fp32Bytes, List<Variant> variants) {
    /** Why there is no verdict, for reports and people. */
    public static final String WHY =
            "not evaluated: the model was quantized from file to file and never loaded beside the variant, so nothing is known of"
                    + " what the variant loses; measure it before you use it";

    public FileToFileResult {
        variants = List.copyOf(variants);
    }

    /**
     * A variant.
     *
     * @param deviceClass what it was made for
     * @param file the ONNX file; its tensors are in {@link #dataFileName()} beside it
     * @param sha256 of the ONNX file
     * @param dataSha256 of the data
     * @param made how it was made
     */
    public record Variant(String deviceClass, Path file, Sha256 sha256, Sha256 dataSha256, StreamedVariant made) {

        /** The name of the ONNX file. */
        public String fileName() {
            return file.getFileName().toString();
        }

        /** The name of the file with the tensors. */
        public String dataFileName() {
            return fileName() + ".data";
        }
    }

    /** The report with the names that scripts rely on; every verdict is {@code NOT_EVALUATED}. */
    public String toJson() {
        return UnjudgedJson.of(this);
    }
}
