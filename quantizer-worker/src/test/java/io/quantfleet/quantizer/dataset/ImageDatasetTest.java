package io.quantfleet.quantizer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDatasetTest {
    @TempDir
    Path folder;

    private Path put(String path, byte[] content) throws IOException {
        Path file = folder.resolve("set").resolve(path);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private void putPets() throws IOException {
        put("dog/b.PNG", GoldenImages.bytes("kind.rgb.png"));
        put("cat/b.jpeg", GoldenImages.bytes("kind.baseline.jpg"));
        put("cat/a.png", GoldenImages.bytes("kind.grey.png"));
        put("cat/.DS_Store", new byte[] {1});
        put("dog/Thumbs.db", new byte[] {1});
    }

    private Path zip() throws IOException {
        return ZipMaker.of(folder.resolve("set"), folder.resolve("set.zip"));
    }

    private LabelledSamples open() {
        return Datasets.open(folder.resolve("set"), Descriptions.pets());
    }

    private AbstractThrowableAssert<?, ?> assertRefused() {
        return assertThatThrownBy(() -> open().close())
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.DATASET_INVALID));
    }

    @Test
    void givesSamplesInTheOrderOfTheirPaths() throws IOException {
        putPets();

        try (LabelledSamples samples = open()) {
            assertThat(samples.size()).isEqualTo(3);
            assertThat(samples.name(0)).isEqualTo("cat/a.png");
            assertThat(samples.name(1)).isEqualTo("cat/b.jpeg");
            assertThat(samples.name(2)).isEqualTo("dog/b.PNG");
            assertThat(samples.label(1)).isZero();
            assertThat(samples.label(2)).isOne();
        }
    }

    @Test
    void aZipAndItsFolderGiveTheSame() throws IOException {
        putPets();

        try (LabelledSamples directory = open();
                LabelledSamples zip = Datasets.open(zip(), Descriptions.pets())) {
            assertThat(zip.size()).isEqualTo(directory.size());
            for (int i = 0; i < zip.size(); i++) {
                assertThat(zip.name(i)).isEqualTo(directory.name(i));
                assertThat(zip.label(i)).isEqualTo(directory.label(i));
                assertThat(zip.compact(i, "image")).isEqualTo(directory.compact(i, "image"));
            }
        }
    }

    @Test
    void fillsAnInputWithNormalizedPlanes() throws IOException {
        putPets();
        ByteBuffer target = ByteBuffer.allocate(2 * 3 * 6 * 8 * Float.BYTES).order(ByteOrder.nativeOrder());

        try (LabelledSamples samples = open()) {
            samples.fill(0, "image", target);
            assertThat(target.position()).isEqualTo(target.capacity() / 2);
            samples.fill(2, "image", target);
            byte[] pixels = samples.compact(2, "image");
            float scale = (float) 0.00392156862745098;
            // Sample 2, row 4, column 5: green, then blue.
            int at = (4 * 8 + 5) * 3;
            assertThat(target.getFloat(4 * (3 * 48 + 48 + 37)))
                    .isEqualTo(((pixels[at + 1] & 0xff) * scale - 0.25f) / 1f);
            assertThat(target.getFloat(4 * (3 * 48 + 96 + 37)))
                    .isEqualTo(((pixels[at + 2] & 0xff) * scale - 0.125f) / 2f);
        }
    }

    @Test
    void fillsChannelsLastAndInAnotherOrder() throws IOException {
        putPets();
        ModelDescription model = ModelDescription.parse(
                Descriptions.PETS.replace("NCHW", "NHWC").replace("RGB", "BGR"), "pets.model.yaml");
        ByteBuffer target = ByteBuffer.allocate(3 * 6 * 8 * Float.BYTES).order(ByteOrder.nativeOrder());

        try (LabelledSamples rgb = open();
                LabelledSamples bgr = Datasets.open(folder.resolve("set"), model)) {
            byte[] pixels = rgb.compact(2, "image");
            bgr.fill(2, "image", target);
            float scale = (float) 0.00392156862745098;
            int at = (4 * 8 + 5) * 3;
            assertThat(target.getFloat(4 * at)).isEqualTo(((pixels[at + 2] & 0xff) * scale - 0.5f) / 0.5f);
            assertThat(target.getFloat(4 * at + 8)).isEqualTo(((pixels[at] & 0xff) * scale - 0.125f) / 2f);
        }
    }

    @Test
    void makesGreyFromColour() throws IOException {
        putPets();
        ModelDescription grey = ModelDescription.parse(
                Descriptions.PETS
                        .replace("RGB", "GRAY")
                        .replace("mean: [0.5, 0.25, 0.125]", "mean: [0.5]")
                        .replace("std: [0.5, 1, 2]", "std: [0.5]"),
                "pets.model.yaml");

        try (LabelledSamples samples = Datasets.open(folder.resolve("set"), grey)) {
            assertThat(samples.compact(2, "image")).hasSize(48);
            assertThat(GoldenImages.pixels("kind.rgb.png")
                            .to(ImageInput.Channels.GRAY)
                            .data())
                    .isEqualTo(GoldenImages.pixels("kind.grey.png").data());
        }
    }

    @Test
    void refusesAFolderThatIsNoLabel() throws IOException {
        putPets();
        put("horse/a.png", GoldenImages.bytes("kind.rgb.png"));

        assertRefused()
                .hasMessageEndingWith("set: the folder 'horse' (of 'horse/a.png') is not one of the model's labels;"
                        + " rename or remove it. Labels are cat, dog");
    }

    @Test
    void refusesFilesInTheWrongPlace() throws IOException {
        putPets();
        Path outside = put("a.png", GoldenImages.bytes("kind.rgb.png"));
        assertRefused().hasMessageContaining("'a.png' lies outside the labels' folders; a data set of images is one");

        Files.delete(outside);
        put("cat/more/a.png", GoldenImages.bytes("kind.rgb.png"));
        assertRefused().hasMessageContaining("'cat/more/a.png' lies too deep; a data set of images is one folder per");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        putPets();
        put("cat/readme.txt", new byte[] {1});

        assertRefused()
                .hasMessageEndingWith("set: 'cat/readme.txt' is not named .jpg, .jpeg or .png; convert or remove it");
    }

    @Test
    void refusesADataSetWithoutSamples() throws IOException {
        Files.createDirectories(folder.resolve("set/cat"));

        assertRefused()
                .hasMessageEndingWith(
                        "set: has no samples; a data set of images is one folder per label with JPEG or PNG files in it");
        assertThatThrownBy(() -> Datasets.open(zip(), Descriptions.pets()))
                .hasMessageStartingWith("set.zip: has no samples; a data set of images is one folder per label");
    }

    @Test
    void namesAnUnreadableImageWhenItIsAskedFor() throws IOException {
        putPets();
        put("cat/broken.jpg", new byte[] {(byte) 0xff, (byte) 0xd8, 1, 2, 3});

        try (LabelledSamples samples = open()) {
            assertThatThrownBy(() -> samples.compact(2, "image"))
                    .isInstanceOf(QuantizerException.class)
                    .hasMessageContaining("set: the image 'cat/broken.jpg' can't be decoded")
                    .hasMessageEndingWith("replace or remove it");
        }
    }

    @Test
    void refusesDataOfAnotherKind() throws IOException {
        Path text = Files.write(folder.resolve("set.tar"), new byte[] {1});

        assertThatThrownBy(() -> Datasets.open(text, Descriptions.pets()))
                .hasMessageEndingWith(
                        "set.tar: the model takes images; give a directory or a .zip with a folder per label");
        assertThatThrownBy(() -> Datasets.open(text, Descriptions.sentences()))
                .hasMessageEndingWith(
                        "set.tar: sentences takes tensors; give an .npz with an array per input and 'labels'");
        assertThatThrownBy(() -> Datasets.open(folder.resolve("none"), Descriptions.pets()))
                .hasMessageEndingWith("none: there is no such data set");
    }
}
