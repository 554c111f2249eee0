package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What is left in a folder of work that was cancelled half-way. */
final class CancelledWork {
    private CancelledWork() {}

    /** Cancels the work once more than {@code at} of it is done. */
    static void leaves(Path folder, double at, Consumer<ProgressListener> work, String... files) throws IOException {
        ProgressListener impatient = fraction -> {
            if (fraction > at) {
                throw new QuantizerException(ReasonCode.CANCELLED, "enough");
            }
        };
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> work.accept(impatient))
                .withMessage("enough");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(files);
        }
    }
}
