package io.quantfleet.quantizer.train;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.train.graph.PyTorch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * PyTorch, which executes what is trained. Its 115 MB are optional: a worker may run without, and is given no jobs that train.
 * It is loaded once in a process, asks no server for anything, and reports to nobody.
 *
 * <p>On first use it unpacks 450 MB of native code into {@code DJL_CACHE_DIR}, by default {@code quantfleet/pytorch} in
 * {@code XDG_CACHE_HOME} or {@code ~/.cache}. Start the process with {@code OMP_WAIT_POLICY=PASSIVE} where others need the
 * processor too: PyTorch's threads spin while they wait for each other otherwise, and nothing can change that once it is
 * loaded.
 *
 * <p>Safe for use by several threads.
 */
public final class TrainingEngine {
    private static final String ENGINE_CLASS = "ai.djl.pytorch.engine.PtEngine";
    private static final String NATIVE_CODE = "native/lib/pytorch.properties";

    private TrainingEngine() {}

    /** Whether this process can train. */
    public static boolean available() {
        return missing().isEmpty();
    }

    /** Why this process can't train; empty if it can. Loads nothing. */
    public static Optional<String> missing() {
        ClassLoader loader = TrainingEngine.class.getClassLoader();
        try {
            Class.forName(ENGINE_CLASS, false, loader);
        } catch (ClassNotFoundException e) {
            return Optional.of("PyTorch is not on the class path");
        }
        Optional<String> carried = carriedPlatform(loader);
        if (carried.isEmpty()) {
            return Optional.of("PyTorch's native code is not on the class path");
        }
        return carried.filter(platform -> !platform.equals(platform()))
                .map(platform ->
                        "PyTorch's native code on the class path is for " + platform + ", not for " + platform());
    }

    /**
     * Loads PyTorch, or does nothing if that has been done.
     *
     * @param threads how many threads compute; holds for the whole process from now on
     * @throws QuantizerException with {@link ReasonCode#TRAINING_UNAVAILABLE} if this process can't train
     */
    public static void load(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        require();
        PyTorch.load(threads, cacheDirectory());
    }

    /**
     * Refuses to go on where this process can't train. Loads nothing.
     *
     * @throws QuantizerException with {@link ReasonCode#TRAINING_UNAVAILABLE}, with the remedy
     */
    public static void require() {
        missing().ifPresent(reason -> {
            throw new QuantizerException(
                    ReasonCode.TRAINING_UNAVAILABLE,
                    "this process can't train: " + reason
                            + "; put what ./mvnw package gathers in quantizer-worker/target/lib-train into the"
                            + " program's lib, or use the image's target \"train\" (docs/training.md)");
        });
    }

    private static Path cacheDirectory() {
        String home = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(value -> !value.isBlank())
                .orElse(System.getProperty("user.home") + "/.cache");
        return Path.of(home, "quantfleet", "pytorch");
    }

    private static Optional<String> carriedPlatform(ClassLoader loader) {
        try (InputStream file = loader.getResourceAsStream(NATIVE_CODE)) {
            if (file == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(file);
            return Optional.ofNullable(properties.getProperty("classifier"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch");
        String name = system.startsWith("win") ? "win" : system.startsWith("mac") ? "osx" : system;
        return name + "-" + (processor.equals("amd64") ? "x86_64" : processor);
    }
}
