package io.quantfleet.quantizer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProbeCutterTest {
    private static final ModelDescription TENSORS = ModelDescription.parse("""
            name: tiny
            task: classification
            onnx: tiny.onnx
            inputs: [{name: x, kind: tensor, type: float32, shape: [batch, 2]}]
            output: y
            labels: [rare, common]
            """, "tiny.model.yaml");

    // 20 of the rare label, 80 of the common one, mixed.
    private final TinySamples samples = new TinySamples(
            IntStream.range(0, 100).mapToObj(i -> new float[] {i, -i}).toArray(float[][]::new),
            IntStream.range(0, 100).map(i -> i % 5 == 0 ? 0 : 1).toArray());

    @Test
    void takesEachLabelInProportion() {
        int[] chosen = new ProbeCutter(TENSORS, samples).choose(10, 1);

        assertThat(chosen).hasSize(10).doesNotHaveDuplicates();
        assertThat(Arrays.stream(chosen).filter(sample -> samples.label(sample) == 0))
                .hasSize(2);
    }

    @Test
    void followsTheSeed() {
        ProbeCutter cutter = new ProbeCutter(TENSORS, samples);

        assertThat(cutter.choose(10, 1)).isEqualTo(cutter.choose(10, 1)).isNotEqualTo(cutter.choose(10, 2));
    }

    @Test
    void takesAllWhereThereAreFewer() {
        assertThat(new ProbeCutter(TENSORS, samples).choose(1000, 1))
                .hasSize(100)
                .doesNotHaveDuplicates();
    }

    @Test
    void writesTensorsAsTheyAre() {
        ProbeSet probes = new ProbeCutter(TENSORS, samples)
                .cut(
                        new int[] {7, 5},
                        new Predictions(IntStream.range(0, 100).map(i -> i % 2).toArray()));

        assertThat(probes.getSamples()).isEqualTo(2);
        assertThat(probes.getOutput()).isEqualTo("y");
        assertThat(probes.getLabelsList()).containsExactly(1, 0);
        assertThat(probes.getReferenceList()).containsExactly(1, 1);
        assertThat(probes.getLabelNamesList()).containsExactly("rare", "common");
        assertThat(probes.getInputs(0).getType()).isEqualTo(ProbeElementType.PROBE_ELEMENT_TYPE_FLOAT32);
        assertThat(probes.getInputs(0).getShapeList()).containsExactly(2);
        ByteBuffer raw = probes.getInputs(0).getRaw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new float[] {raw.getFloat(), raw.getFloat(), raw.getFloat(), raw.getFloat()})
                .containsExactly(7, -7, 5, -5);
    }

    @Test
    void writesImagesFromWhichADeviceMakesTheSameInput() {
        Path yaml = SharedData.file("resnet20-cifar10.model.yaml");
        ModelDescription model = ModelDescription.read(yaml);
        try (LabelledSamples images = Datasets.open(SharedData.file("cifar10-calibration-500.zip"), model)) {
            ProbeSet probes = new ProbeCutter(model, images).cut(new int[] {123}, new Predictions(new int[500]));
            ByteBuffer expected = ByteBuffer.allocate(3 * 32 * 32 * 4).order(ByteOrder.nativeOrder());
            images.fill(123, "image", expected);

            var pixels = probes.getInputs(0).getPixels();
            assertThat(probes.getInputs(0).getShapeList()).containsExactly(3, 32, 32);
            assertThat(pixels.getChannelsLast()).isFalse();
            for (int channel = 0; channel < 3; channel++) {
                for (int i = 0; i < 32 * 32; i++) {
                    float pixel = pixels.getData().byteAt(i * 3 + channel) & 0xff;
                    float value = (pixel * (float) pixels.getScale() - (float) pixels.getMean(channel))
                            / (float) pixels.getStd(channel);
                    assertThat(value).isEqualTo(expected.getFloat((channel * 32 * 32 + i) * 4));
                }
            }
        }
    }
}
