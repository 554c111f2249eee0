package io.quantfleet.quantizer.sensitivity;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.cache.ContentCache;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SensitivityProfilerTest {
    private static final int SIZE = 16;
    private static final ModelDescription DESCRIPTION = ModelDescription.parse("""
            name: tiny
            task: classification
            onnx: tiny.onnx
            inputs:
              - {name: x, kind: tensor, type: float32, shape: [batch, 16]}
            output: y
            labels: [a, b, c]
            """, "tiny.model.yaml");

    @TempDir
    private Path folder = Path.of("");

    /** Samples whose label is their number modulo three. */
    private record Labelled(GaussianSamples all) implements LabelledSamples {
        @Override
        public int size() {
            return all.size();
        }

        @Override
        public int label(int sample) {
            return sample % 3;
        }

        @Override
        public String name(int sample) {
            return "sample " + sample;
        }

        @Override
        public byte[] compact(int sample, String inputName) {
            ByteBuffer bytes = ByteBuffer.allocate(SIZE * Float.BYTES);
            all.fill(sample, inputName, bytes);
            return bytes.array();
        }

        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            all.fill(sample, inputName, target);
        }

        @Override
        public void close() {
            // There is nothing to release.
        }
    }

    private static final LabelledSamples SAMPLES = new Labelled(new GaussianSamples(30, SIZE));

    // Three layers; one weight of the second is so large that one scale for all leaves nothing of the others.
    private static OnnxModel model() {
        float[] uneven = new float[SIZE * SIZE];
        for (int i = 0; i < uneven.length; i++) {
            uneven[i] = (i * 37 % 19 - 9) * 0.03f;
        }
        uneven[5] = 400;
        return OnnxModel.of(TinyModel.opset(17)
                .input("x", -1, SIZE)
                .output("y", -1, 3)
                .weights("w1", 0.3, SIZE, SIZE)
                .floats("w2", new long[] {SIZE, SIZE}, uneven)
                .weights("w3", 0.3, SIZE, 3)
                .weights("b", 0.1, SIZE)
                .node("Gemm", List.of("x", "w1", "b"), "h1")
                .node("Relu", List.of("h1"), "r1")
                .node("Gemm", List.of("r1", "w2", "b"), "h2")
                .node("Sigmoid", List.of("h2"), "r2")
                .node("Gemm", List.of("r2", "w3"), "y")
                .proto());
    }

    private static SensitivityProfile profile(DeviceClassProfile target, int threads) {
        PreparedModel prepared = PreparedModel.of(model(), SAMPLES, Map.of(), target.staticShapes());
        return new SensitivityProfiler(DESCRIPTION, SAMPLES, threads)
                .profile(
                        new Calibration(new Calibrator(1, 8), prepared, SAMPLES, ProgressListener.NONE),
                        Recipe.of(target, RangeChoice.of(new MinMax())),
                        ProgressListener.NONE);
    }

    @Test
    void isMeasuredOnceForTheSameModelRecipeAndSamples() {
        ProfileCache cache = new ProfileCache(new ContentCache(folder, 1 << 20, Sha256.of(new byte[] {1})));
        DeviceClassProfile target = new ProfileReader().builtIn("rpi-cpu");

        SensitivityProfile first = profile(target, SAMPLES, cache);

        // What was measured anew has another duration.
        assertThat(profile(target, SAMPLES, cache)).isEqualTo(first);
        assertThat(profile(target.withWeightsPerTensor(), SAMPLES, cache).seconds())
                .isNotEqualTo(first.seconds());
        assertThat(profile(target, new Labelled(new GaussianSamples(29, SIZE)), cache)
                        .samples())
                .isEqualTo(29);
        assertThat(profile(target, SAMPLES, new ProfileCache(new ContentCache(folder, 1 << 20, Sha256.of(new byte[] {2
                        }))))
                        .seconds())
                .isNotEqualTo(first.seconds());
    }

    private static SensitivityProfile profile(DeviceClassProfile target, LabelledSamples samples, ProfileCache cache) {
        PreparedModel prepared = PreparedModel.of(model(), samples, Map.of(), target.staticShapes());
        return new SensitivityProfiler(DESCRIPTION, samples, 1, Optional.of(cache))
                .profile(
                        new Calibration(new Calibrator(1, 8), prepared, samples, ProgressListener.NONE),
                        Recipe.of(target, RangeChoice.of(new MinMax())),
                        ProgressListener.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpi-cpu", "nnapi"})
    void findsTheLayerThatDoesTheHarm(String deviceClass) {
        SensitivityProfile profile =
                profile(new ProfileReader().builtIn(deviceClass).withWeightsPerTensor(), 2);

        assertThat(profile.layers()).extracting(LayerSensitivity::name).containsExactly("Gemm_0", "Gemm_2", "Gemm_4");
        LayerSensitivity harmful = profile.layers().get(1);
        assertThat(harmful.alone().sqnrDb())
                .isLessThan(profile.layers().get(0).alone().sqnrDb() - 10)
                .isLessThan(profile.layers().get(2).alone().sqnrDb() - 10);
        assertThat(harmful.spared().sqnrDb()).isGreaterThan(profile.quantized().sqnrDb() + 6);
        assertThat(harmful.weights()).isEqualTo(256);
        assertThat(profile.samples()).isEqualTo(30);
    }

    @Test
    void isTheSameWithAnyNumberOfThreads() {
        DeviceClassProfile target = new ProfileReader().builtIn("rpi-cpu");

        assertThat(profile(target, 3).layers()).isEqualTo(profile(target, 1).layers());
    }
}
