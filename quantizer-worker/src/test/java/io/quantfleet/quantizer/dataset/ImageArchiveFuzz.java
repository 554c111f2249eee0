package io.quantfleet.quantizer.dataset;

import static java.util.Map.entry;

import io.quantfleet.quantizer.fuzz.FuzzedFile;
import io.quantfleet.quantizer.fuzz.SeedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the fuzzer drives: the reader of images in .zip archives, and the decoder of what is in them. */
public final class ImageArchiveFuzz {
    /** An image may have 2^26 pixels, which are decoded and copied as bytes. */
    private static final FuzzedFile FILE = new FuzzedFile(".zip", 2L << 30);

    private static final ModelDescription DESCRIPTION = Descriptions.pets();

    static final List<String> IMAGES =
            List.of("kind.baseline.jpg", "kind.grey.png", "kind.1bit.png", "kind.16bit.png", "kind.cmyk.jpg");

    private ImageArchiveFuzz() {}

    static List<byte[]> seeds() throws IOException {
        List<byte[]> archives = new ArrayList<>();
        for (String image : IMAGES) {
            archives.add(ZipMaker.bytes(List.of(
                    entry("cat/" + image, GoldenImages.bytes(image)),
                    entry("dog/" + image, GoldenImages.bytes(image)))));
        }
        return archives;
    }

    /** Writes the files that fuzzing starts from. */
    public static void main(String[] arguments) throws IOException {
        SeedFiles.write(Path.of(arguments[0]), seeds());
    }

    public static void fuzzerTestOneInput(byte[] data) {
        FILE.give(data, ImageArchiveFuzz::read);
    }

    private static void read(Path file) {
        try (LabelledSamples samples = Datasets.open(file, DESCRIPTION)) {
            ByteBuffer target = ByteBuffer.allocate(3 * 6 * 8 * Float.BYTES);
            for (int sample = 0; sample < Math.min(3, samples.size()); sample++) {
                samples.fill(sample, "image", target.clear());
            }
        }
    }
}
