package io.quantfleet.quantizer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.train.graph.PyTorch;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingEngineTest {

    @Test
    void computesWhereItsLibrariesAre() {
        TrainingEngine.load(1);
        assertThat(TrainingEngine.missing()).isEmpty();
        try (NDManager manager = PyTorch.newManager()) {
            assertThat(manager.create(new float[] {0.5f, 1.5f, -2.5f}).round().toFloatArray())
                    .containsExactly(0, 2, -2);
        }
    }

    @Test
    void setsNumbersInPlaceAndGoesOnLearningThem() {
        TrainingEngine.load(1);
        try (NDManager manager = PyTorch.newManager()) {
            NDArray matrix = manager.create(new float[] {1, 2, Float.NaN, 4}, new Shape(2, 2));
            matrix.setRequiresGradient(true);
            NDArray sameNumbers = matrix.stopGradient();
            NDArray scalar = manager.create(7f);

            PyTorch.assign(matrix, new float[] {5, -0f, 0.1f, Float.MIN_VALUE});
            PyTorch.assign(scalar, new float[] {3});

            assertThat(matrix.toFloatArray()).containsExactly(5, -0f, 0.1f, Float.MIN_VALUE);
            assertThat(sameNumbers.toFloatArray()).containsExactly(matrix.toFloatArray());
            assertThat(matrix.hasGradient()).isTrue();
            assertThat(scalar.getFloat()).isEqualTo(3);
            assertThat(scalar.hasGradient()).isFalse();
        }
    }

    @Test
    void saysWhatIsMissingAndWhereItIsToBeHad() throws Exception {
        try (URLClassLoader without = classPathWithout("ai/djl")) {
            Class<?> engine = without.loadClass(TrainingEngine.class.getName());
            assertThat(engine.getMethod("missing").invoke(null))
                    .isEqualTo(Optional.of("PyTorch is not on the class path"));
            assertThatThrownBy(() -> engine.getMethod("load", int.class).invoke(null, 1))
                    .cause()
                    .hasMessageContainingAll("PyTorch is not on the class path", "./mvnw package");
        }
    }

    @Test
    void saysThatNativeCodeIsMissing() throws Exception {
        try (URLClassLoader without = classPathWithout("pytorch-native-cpu")) {
            Class<?> engine = without.loadClass(TrainingEngine.class.getName());
            assertThat(engine.getMethod("missing").invoke(null))
                    .isEqualTo(Optional.of("PyTorch's native code is not on the class path"));
        }
    }

    private static URLClassLoader classPathWithout(String part) throws IOException {
        URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains(part))
                .map(TrainingEngineTest::url)
                .toArray(URL[]::new);
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
