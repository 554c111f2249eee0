package io.quantfleet.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes the files beside the ONNX file; the same images give the same bytes on every machine. */
final class SampleFiles {
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

    private SampleFiles() {}

    /** The first {@code count} images as a zip of one folder per label; stored, because zlib's versions deflate differently. */
    static void writeArchive(GlyphImages images, int count, Path file) throws IOException {
        int classes = GlyphImages.CLASSES.size();
        try (OutputStream bytes = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int label = 0; label < classes; label++) {
                String folder = GlyphImages.CLASSES.get(label).label();
                for (int i = label; i < count; i += classes) {
                    addStored(zip, "%s/%04d.jpg".formatted(folder, i / classes), images.jpeg(i));
                }
            }
        }
    }

    private static void addStored(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(ENTRY_TIME);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    static void writeDescription(Path file) throws IOException {
        String labels = GlyphImages.CLASSES.stream().map(Glyph::label).collect(Collectors.joining(", "));
        Files.writeString(
                file,
                """
                # Quantfleet's own sample: sixteen pictograms, drawn and trained by this repository (docs/sample-model.md).
                name: glyphs
                task: classification
                onnx: glyphs.onnx
                inputs:
                  - name: %s
                    kind: image
                    layout: NCHW
                    channels: RGB
                    size: [%d, %d]
                    scale: %s
                    mean: %s
                    std: %s
                output: %s
                labels: [%s]
                """
                        .formatted(
                                OnnxExport.INPUT,
                                GlyphPainter.SIDE,
                                GlyphPainter.SIDE,
                                1.0 / 255,
                                Arrays.toString(Normalisation.MEAN),
                                Arrays.toString(Normalisation.DEVIATION),
                                OnnxExport.OUTPUT,
                                labels));
    }
}
