package io.quantfleet.agent.telemetry;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.RecordingLink;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WindowPublisherTest {
    private static final DeviceId DEVICE = new DeviceId("cam-1");

    @TempDir
    Path directory;

    private final RecordingLink link = new RecordingLink();

    @Test
    void publishesAndForgets() throws Exception {
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(5));
            publisher.accept(window(6));
        }

        assertThat(delivered()).extracting(TelemetryWindow::getWindowNumber).containsExactly(1L, 2L);
        assertThat(delivered()).extracting(TelemetryWindow::getInferences).containsExactly(5L, 6L);
        assertThat(delivered()).extracting(TelemetryWindow::getDeviceId).containsOnly("cam-1");
        assertThat(storedWindows()).isZero();
    }

    @Test
    void keepsWindowsOverARestartAndDeliversThemInOrder() throws Exception {
        link.online(false);
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(1));
            publisher.accept(window(2));
        }
        assertThat(storedWindows()).isEqualTo(2);
        link.online(true);

        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(3));
        }

        assertThat(delivered()).extracting(TelemetryWindow::getWindowNumber).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aNumberIsNotUsedAgainAfterItsWindowIsGone() throws Exception {
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(1));
        }

        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(2));
        }

        assertThat(delivered()).extracting(TelemetryWindow::getWindowNumber).containsExactly(1L, 2L);
    }

    @Test
    void theNumbersOfADeviceAreOneSeries() throws Exception {
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(1));
        }
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(2));
        }

        assertThat(delivered())
                .extracting(TelemetryWindow::getSeries)
                .containsOnly(delivered().get(0).getSeries());
    }

    @Test
    void whereTheCountIsLostOrDamagedANewSeriesBegins() throws Exception {
        for (String count : List.of("", "12 abc", "-4")) {
            try (WindowPublisher publisher = publisher(10)) {
                publisher.accept(window(1));
            }
            Files.writeString(directory.resolve("next"), count);
        }
        Files.delete(directory.resolve("next"));
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(2));
        }

        assertThat(delivered())
                .hasSize(4)
                .extracting(TelemetryWindow::getSeries)
                .doesNotHaveDuplicates();
    }

    @Test
    void anAgentThatCountedWithoutASeriesCountsOnInOne() throws Exception {
        Files.writeString(directory.resolve("next"), "41\n");

        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(1));
        }

        assertThat(delivered()).extracting(TelemetryWindow::getWindowNumber).containsExactly(41L);
        assertThat(delivered().get(0).getSeries()).isNotZero();
    }

    @Test
    void aNumberIsNotUsedAgainIfTheAgentDiedBeforeItCountedOn() throws Exception {
        link.online(false);
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(1));
        }
        Files.delete(directory.resolve("next"));
        link.online(true);

        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(2));
        }

        assertThat(delivered()).extracting(TelemetryWindow::getWindowNumber).containsExactly(1L, 2L);
    }

    @Test
    void dropsTheOldestWhenTheDeviceIsAwayForTooLong() throws Exception {
        link.online(false);
        try (WindowPublisher publisher = publisher(3)) {
            for (int i = 1; i <= 5; i++) {
                publisher.accept(window(i));
            }
            assertThat(storedWindows()).isEqualTo(3);
            link.online(true);
            publisher.drain();
            await().until(() -> storedWindows() == 0);
        }

        // One that the publisher had read before it was dropped may be among them, and one may overtake others.
        assertThat(delivered()).extracting(TelemetryWindow::getWindowNumber).contains(3L, 4L, 5L);
    }

    @Test
    void whatABrokerAcknowledgedAndLostGoesOutAgain() throws Exception {
        try (WindowPublisher publisher = publisher(100)) {
            for (int i = 1; i <= 20; i++) {
                publisher.accept(window(i));
            }
        }
        link.published.clear();
        try (WindowPublisher publisher = publisher(100)) {
            publisher.sessionLost();
            publisher.drain();
        }

        assertThat(delivered())
                .as("the last %d", WindowStore.KEPT_DELIVERED)
                .extracting(TelemetryWindow::getWindowNumber)
                .isEqualTo(LongStream.rangeClosed(6, 20).boxed().toList());
        assertThat(filesIn("delivered")).isEqualTo(WindowStore.KEPT_DELIVERED);
        assertThat(storedWindows()).isZero();
    }

    @Test
    void aNumberIsNotUsedAgainIfOnlyDeliveredWindowsAreLeft() throws Exception {
        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(1));
        }
        Files.delete(directory.resolve("next"));

        try (WindowPublisher publisher = publisher(10)) {
            publisher.accept(window(2));
        }

        assertThat(delivered()).extracting(TelemetryWindow::getWindowNumber).containsExactly(1L, 2L);
    }

    private WindowPublisher publisher(int capacity) throws IOException {
        return new WindowPublisher(DEVICE, new WindowStore(directory, capacity), link);
    }

    private static TelemetryWindow.Builder window(long inferences) {
        return TelemetryWindow.newBuilder().setInferences(inferences);
    }

    private long storedWindows() throws IOException {
        return filesIn("window");
    }

    private long filesIn(String state) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith("." + state)).count();
        }
    }

    private List<TelemetryWindow> delivered() {
        return List.copyOf(link.published).stream()
                .map(published -> {
                    try {
                        return TelemetryWindow.parseFrom(published.payload());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }
}
