package io.quantfleet.quantizer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.cache.ContentCache;
import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.target.IntegerType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One calibration serves all that ask for the same of the same model and samples. */
class StatisticsCacheTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(20, 8);
    private static final Calibrator CALIBRATOR = new Calibrator(1, 4);
    private static final List<RangeMethod> METHODS =
            List.of(new MinMax(), new MovingAverage(), Percentile.USUAL, new Entropy(), new MeanSquaredError());

    @TempDir
    private Path folder = Path.of("");

    /** Samples that nobody may look at. */
    private static final SampleSource UNREADABLE = new SampleSource() {
        @Override
        public int size() {
            return SAMPLES.size();
        }

        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            throw new IllegalStateException("sample " + sample + " was read");
        }
    };

    private static OnnxModel model(double deviation) {
        return OnnxModel.of(TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 8)
                .weights("w", deviation, 8, 8)
                .node("MatMul", List.of("x", "w"), "m")
                .node("Relu", List.of("m"), "y")
                .proto());
    }

    private StatisticsCache cache(String samples) {
        ContentCache files = new ContentCache(folder, 1 << 20, Sha256.of(new byte[] {1}));
        return new StatisticsCache(files, Sha256.of(samples.getBytes(StandardCharsets.UTF_8)));
    }

    private CalibrationStatistics collect(OnnxModel model, CalibrationRequest request, SampleSource samples) {
        return cache("these").collect(CALIBRATOR, model, request, samples, ProgressListener.NONE);
    }

    @Test
    void nobodyRunsTheModelTwiceForTheSame() {
        CalibrationRequest request = CalibrationRequest.histograms(Set.of("x", "m", "y"));
        CalibrationStatistics first = collect(model(0.5), request, SAMPLES);

        CalibrationStatistics second = collect(model(0.5), request, UNREADABLE);

        for (String tensor : request.tensors()) {
            for (RangeMethod method : METHODS) {
                assertThat(second.range(tensor, method, IntegerType.UINT8, false))
                        .as("%s by %s", tensor, method.name())
                        .isEqualTo(first.range(tensor, method, IntegerType.UINT8, false));
            }
        }
    }

    @Test
    void whatIsMissingIsAddedToWhatIsKept() {
        collect(model(0.5), CalibrationRequest.ranges(Set.of("x")), SAMPLES);
        collect(model(0.5), CalibrationRequest.ranges(Set.of("x", "m")), SAMPLES);

        assertThat(collect(model(0.5), CalibrationRequest.ranges(Set.of("m", "x")), UNREADABLE)
                        .tensors())
                .containsExactlyInAnyOrder("m", "x");
    }

    @Test
    void meansOfChannelsAreKeptToo() {
        CalibrationRequest request = CalibrationRequest.means(Map.of("m", new ChannelAxis(1, 2)));
        ChannelMeans first =
                collect(model(0.5), request, SAMPLES).of("m").channelMeans().orElseThrow();

        ChannelMeans second =
                collect(model(0.5), request, UNREADABLE).of("m").channelMeans().orElseThrow();

        assertThat(second.channels()).isEqualTo(8);
        assertThat(second.mean(3)).isEqualTo(first.mean(3));
    }

    @Test
    void anotherModelOtherSamplesOrAnotherQuestionAreNotTheSame() {
        CalibrationRequest request = CalibrationRequest.ranges(Set.of("m"));
        collect(model(0.5), request, SAMPLES);

        assertRuns(() -> collect(model(0.6), request, UNREADABLE));
        assertRuns(() -> collect(model(0.5), CalibrationRequest.histograms(Set.of("m")), UNREADABLE));
        assertRuns(() -> cache("others").collect(CALIBRATOR, model(0.5), request, UNREADABLE, ProgressListener.NONE));
    }

    private static void assertRuns(Runnable work) {
        assertThatExceptionOfType(RuntimeException.class).isThrownBy(work::run);
    }

    @Test
    void whatIsDamagedIsCollectedAnew() throws IOException {
        CalibrationRequest request = CalibrationRequest.ranges(Set.of("m"));
        Range sound = collect(model(0.5), request, SAMPLES).of("m").range();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }

        assertThat(collect(model(0.5), request, SAMPLES).of("m").range()).isEqualTo(sound);
        assertThat(collect(model(0.5), request, UNREADABLE).of("m").range()).isEqualTo(sound);
    }
}
