package io.quantfleet.quantizer.dataset;

import static java.util.Map.entry;

import io.quantfleet.quantizer.fuzz.Mutations;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostileDatasetsTest {
    private static final int FILES = 400;

    @Test
    void damagedArraysAreReadOrRefusedInWords() throws IOException {
        NpzFuzz.seeds().forEach(NpzFuzz::fuzzerTestOneInput);
        Mutations mutations = new Mutations(1, NpzFuzz.seeds());
        for (int i = 0; i < FILES; i++) {
            NpzFuzz.fuzzerTestOneInput(mutations.next());
        }
    }

    @Test
    void damagedArraysWithinASoundArchiveAreReadOrRefusedInWords() throws IOException {
        Mutations mutations = new Mutations(2, List.of(NpzFuzz.npy("<i8", "(2, 3)", 48)));
        for (int i = 0; i < FILES; i++) {
            NpzFuzz.fuzzerTestOneInput(ZipMaker.bytes(List.of(
                    entry("ids.npy", mutations.next()),
                    entry("weights.npy", NpzFuzz.npy("<f4", "(2, 2, 2)", 32)),
                    entry("labels.npy", NpzFuzz.npy("|u1", "(2,)", 2)))));
        }
    }

    @Test
    void damagedArchivesOfImagesAreReadOrRefusedInWords() throws IOException {
        List<byte[]> archives = ImageArchiveFuzz.seeds();
        archives.forEach(ImageArchiveFuzz::fuzzerTestOneInput);
        Mutations mutations = new Mutations(3, archives);
        for (int i = 0; i < FILES; i++) {
            ImageArchiveFuzz.fuzzerTestOneInput(mutations.next());
        }
    }

    @Test
    void damagedImagesWithinASoundArchiveAreReadOrRefusedInWords() throws IOException {
        Mutations mutations = new Mutations(
                4, ImageArchiveFuzz.IMAGES.stream().map(GoldenImages::bytes).toList());
        for (int i = 0; i < FILES; i++) {
            byte[] image = mutations.next();
            ImageArchiveFuzz.fuzzerTestOneInput(
                    ZipMaker.bytes(List.of(entry("cat/1.png", image), entry("dog/1.jpg", image))));
        }
    }
}
