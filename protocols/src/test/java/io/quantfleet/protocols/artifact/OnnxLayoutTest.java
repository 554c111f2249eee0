package io.quantfleet.protocols.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OnnxLayoutTest {
    @Test
    void findsEachTensorsValues() {
        OnnxFile file = OnnxFile.random(5, 2000, 1);
        byte[] bytes = file.bytes();

        Layout layout = read(bytes);

        assertThat(layout.tensors()).hasSize(5).allSatisfy(tensor -> {
            assertThat(Arrays.copyOfRange(bytes, (int) tensor.offset(), (int) (tensor.offset() + tensor.size())))
                    .isEqualTo(file.tensors().get(tensor.name()));
            assertThat(tensor.start()).isLessThan(tensor.offset());
        });
    }

    @Test
    void knowsNothingOfATruncatedFile() {
        byte[] bytes = OnnxFile.random(5, 2000, 1).bytes();

        assertThat(read(Arrays.copyOf(bytes, bytes.length - 500))).isEqualTo(Layout.UNKNOWN);
    }

    @Test
    void survivesAnyBytes() {
        byte[] good = OnnxFile.random(3, 50, 1).bytes();
        Random random = new Random(4);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int i = 0; i < 5; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }

            Layout layout = read(bytes);

            assertThat(layout.tensors()).allMatch(tensor -> tensor.end() <= bytes.length);
        }
    }

    static Layout read(byte[] bytes) {
        return OnnxLayout.read(new ByteArrayInputStream(bytes));
    }
}
