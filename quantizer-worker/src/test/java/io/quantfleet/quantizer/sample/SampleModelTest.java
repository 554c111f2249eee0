package io.quantfleet.quantizer.sample;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleModelTest {
    @TempDir
    private Path directory;

    @Test
    void extractsWholeFilesAndNothingElse() throws IOException {
        SampleModel sample = SampleModel.extractInto(directory.resolve("new"));

        try (Stream<Path> files = Files.list(directory.resolve("new"))) {
            assertThat(files)
                    .containsExactlyInAnyOrder(
                            sample.description(), sample.onnx(), sample.calibration(), sample.validation());
        }
        assertThat(sample.onnx()).isNotEmptyFile();
    }

    @Test
    void extractsAgainOverWhatIsThere() throws IOException {
        SampleModel first = SampleModel.extractInto(directory);
        byte[] before = Files.readAllBytes(first.description());
        Files.writeString(first.description(), "damaged");

        SampleModel second = SampleModel.extractInto(directory);

        assertThat(second).isEqualTo(first);
        assertThat(second.description()).hasBinaryContent(before);
    }

    @Test
    void staysSmallEnoughForTheRepository() throws IOException {
        SampleModel sample = SampleModel.extractInto(directory);

        assertThat(Files.size(sample.onnx())).isLessThan(2_000_000);
        long all = 0;
        for (Path file : files(sample)) {
            all += Files.size(file);
        }
        assertThat(all).isLessThan(3_000_000);
    }

    @Test
    void hasTheSameLabelsInBothArchivesAndTheDescription() throws IOException {
        SampleModel sample = SampleModel.extractInto(directory);

        Set<String> labels = labels(sample.validation());

        assertThat(labels).hasSize(16).isEqualTo(labels(sample.calibration()));
        assertThat(sample.description()).content().contains("labels: [" + String.join(", ", labels) + "]");
    }

    @Test
    void leavesTheQuantizerItsWork() throws IOException {
        SampleModel sample = SampleModel.extractInto(directory);

        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(sample.onnx()));

        assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(17);
        assertThat(model.getGraph().getNodeList())
                .extracting(NodeProto::getOpType)
                .contains("Conv", "BatchNormalization", "Clip", "Add", "GlobalAveragePool", "Flatten", "Gemm");
        assertThat(model.getGraph().getNodeList()).anyMatch(SampleModelTest::isDepthwise);
    }

    private static boolean isDepthwise(NodeProto node) {
        return node.getAttributeList().stream()
                .anyMatch(attribute -> attribute.getName().equals("group") && attribute.getI() > 1);
    }

    private static Set<String> labels(Path archive) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            return zip.stream()
                    .map(ZipEntry::getName)
                    .map(name -> name.substring(0, name.indexOf('/')))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static List<Path> files(SampleModel sample) {
        return List.of(sample.description(), sample.onnx(), sample.calibration(), sample.validation());
    }
}
