package io.quantfleet.quantizer.dataset;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzDatasetTest {
    @TempDir
    Path folder;

    private final Map<String, byte[]> arrays = new LinkedHashMap<>();

    @BeforeEach
    void twoSamples() {
        arrays.put("ids.npy", npy(1, "<i8", false, "(2, 3)", longs(1, 2, 3, 4, 5, 6)));
        arrays.put("weights.npy", npy(2, "<f4", false, "(2, 2, 2)", floats(1, 2, 3, 4, 5, 6, 7, 8)));
        arrays.put("labels.npy", npy(1, "|u1", false, "(2,)", ByteBuffer.wrap(new byte[] {1, 0})));
    }

    private LabelledSamples open() throws IOException {
        Path file = ZipMaker.of(
                folder.resolve("set.npz"),
                arrays.entrySet().stream()
                        .map(array -> entry(array.getKey(), array.getValue()))
                        .toList());
        return Datasets.open(file, Descriptions.sentences());
    }

    private LabelledSamples openForTraining() throws IOException {
        Path file = ZipMaker.of(
                folder.resolve("training.npz"),
                arrays.entrySet().stream()
                        .map(array -> entry(array.getKey(), array.getValue()))
                        .toList());
        return Datasets.openForTraining(file, Descriptions.sentences());
    }

    @Test
    void takesSamplesWithoutLabelsForTrainingOnly() throws IOException {
        arrays.remove("labels.npy");
        assertRefused().hasMessageContaining("labels");

        try (LabelledSamples samples = openForTraining()) {
            assertThat(samples.size()).isEqualTo(2);
            assertThat(samples.label(1)).isEqualTo(LabelledSamples.UNKNOWN);
        }
    }

    @Test
    void keepsTheLabelsOfTrainingSamplesThatHaveSome() throws IOException {
        try (LabelledSamples samples = openForTraining()) {
            assertThat(samples.label(0)).isOne();
        }
    }

    private AbstractThrowableAssert<?, ?> assertRefused() {
        return assertThatThrownBy(() -> open().close())
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.DATASET_INVALID));
    }

    @Test
    void givesEachInputItsArray() throws IOException {
        ByteBuffer target = ByteBuffer.allocate(100).order(ByteOrder.nativeOrder());

        try (LabelledSamples samples = open()) {
            assertThat(samples.size()).isEqualTo(2);
            assertThat(samples.label(0)).isOne();
            assertThat(samples.label(1)).isZero();
            samples.fill(1, "ids", target);
            assertThat(target.position()).isEqualTo(24);
            samples.fill(0, "weights", target);
            assertThat(target.position()).isEqualTo(40);
            assertThat(target.getLong(8)).isEqualTo(5);
            assertThat(target.getFloat(24 + 12)).isEqualTo(4f);
            assertThat(samples.compact(0, "weights"))
                    .isEqualTo(floats(1, 2, 3, 4).array());
        }
    }

    @Test
    void refusesAShapeThatTheInputDoesNotHave() {
        arrays.put("ids.npy", npy(1, "<i8", false, "(2, 2)", longs(1, 2, 3, 4)));

        assertRefused()
                .hasMessage("set.npz: the array 'ids' has the shape [2, 2], but it must be [2, 3]: 2 labels,"
                        + " and the input's shape in the description");
    }

    @Test
    void refusesOtherTypesByName() {
        arrays.put("ids.npy", npy(1, "<i4", false, "(2, 3)", ByteBuffer.allocate(24)));
        assertRefused()
                .hasMessage("set.npz: the array 'ids' has elements of type '<i4', but the model's input takes int64;"
                        + " save it with .astype('int64')");

        arrays.put("ids.npy", npy(1, "<c8", false, "(2, 3)", ByteBuffer.allocate(48)));
        assertRefused()
                .hasMessage("set.npz: the array 'ids' has elements of type '<c8', which can't be read; save it as"
                        + " float32, int32 or int64");

        arrays.put("ids.npy", npy(1, ">i8", false, "(2, 3)", ByteBuffer.allocate(48)));
        assertRefused().hasMessageStartingWith("set.npz: the array 'ids' is big-endian (>i8); save it with");

        arrays.put("ids.npy", npy(1, "<i8", true, "(2, 3)", ByteBuffer.allocate(48)));
        assertRefused().hasMessage("set.npz: the array 'ids' is in Fortran order; save numpy.ascontiguousarray of it");
    }

    @Test
    void refusesAMissingArray() {
        arrays.remove("weights.npy");
        assertRefused()
                .hasMessage("set.npz: has no array 'weights', only ids, labels; an .npz has one array per input of the"
                        + " model, named after it, and the array 'labels'");

        arrays.remove("labels.npy");
        assertRefused().hasMessageStartingWith("set.npz: has no array 'labels', only ids; ");
    }

    @Test
    void refusesAnUnknownLabel() {
        arrays.put("labels.npy", npy(1, "<i8", false, "(2,)", longs(0, 2)));

        assertRefused()
                .hasMessage("set.npz: the array 'labels' has 2 at index 1, which is not one of the model's labels:"
                        + " they are 0 to 1");
    }

    @Test
    void refusesLabelsThatDoNotCount() {
        arrays.put("labels.npy", npy(1, "<f4", false, "(2,)", floats(0, 1)));

        assertRefused().hasMessageEndingWith("it must hold one whole number per sample");
    }

    @Test
    void refusesADataSetWithoutSamples() {
        arrays.put("labels.npy", npy(1, "<i8", false, "(0,)", longs()));

        assertRefused().hasMessageStartingWith("set.npz: has no samples; an .npz has one array per input");
    }

    @Test
    void refusesAnArrayThatIsCutOffOrIsNone() {
        arrays.put("ids.npy", npy(1, "<i8", false, "(2, 3)", longs(1, 2, 3)));
        assertRefused()
                .hasMessage("set.npz: the entry 'ids.npy' is damaged (it has 24 bytes of elements where its shape asks"
                        + " for 48); make the archive again");

        arrays.put("ids.npy", new byte[] {1, 2, 3});
        assertRefused().hasMessageContaining("'ids.npy' is damaged (it is not a NumPy array)");
    }

    @Test
    void leavesNoTemporaryFile() throws IOException {
        long before = temporaryFiles();

        try (LabelledSamples samples = open()) {
            assertThat(samples.size()).isEqualTo(2);
        }

        assertThat(temporaryFiles()).isEqualTo(before);
    }

    private static long temporaryFiles() {
        String[] names = Path.of(System.getProperty("java.io.tmpdir")).toFile().list();
        return List.of(names).stream()
                .filter(name -> name.startsWith("quantfleet-array-"))
                .count();
    }

    private static byte[] npy(int version, String type, boolean fortran, String shape, ByteBuffer data) {
        String header = "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': "
                + shape + ", }\n";
        ByteBuffer all = ByteBuffer.allocate(12 + header.length() + data.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            all.putShort((short) header.length());
        } else {
            all.putInt(header.length());
        }
        all.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
        return java.util.Arrays.copyOf(all.array(), all.position());
    }

    private static ByteBuffer longs(long... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return data;
    }

    private static ByteBuffer floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return data;
    }
}
