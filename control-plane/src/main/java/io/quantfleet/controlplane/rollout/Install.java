package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * When a device installs what it has fetched. Going back never waits.
 *
 * @param when at once, or as soon as nobody uses the device
 * @param quietFor how long no client may have asked for an inference; half a minute if it is left out
 * @param atLatest how long after it was asked the device installs all the same; a day if it is left out
 */
record Install(When when, Optional<Duration> quietFor, Optional<Duration> atLatest) {
    private static final Duration QUIET_FOR = Duration.ofSeconds(30);
    private static final Duration AT_LATEST = Duration.ofDays(1);

    /** When a device installs. */
    @Schema(name = "InstallTime")
    enum When {
        AT_ONCE,
        IDLE
    }

    Install {
        // Readers of JSON leave out what is not given.
        if (when == null) {
            throw ControlPlaneException.invalid("'install.when' is missing; it is AT_ONCE or IDLE");
        }
        if (when == When.AT_ONCE && (quietFor.isPresent() || atLatest.isPresent())) {
            throw ControlPlaneException.invalid(
                    "'install.quietFor' and 'install.atLatest' belong to 'install.when': \"IDLE\"");
        }
        positive("install.quietFor", quietFor);
        positive("install.atLatest", atLatest);
    }

    private static void positive(String name, Optional<Duration> time) {
        time.filter(value -> value.toSeconds() < 1).ifPresent(value -> {
            throw ControlPlaneException.invalid("'" + name + "' is at least a second, not " + value);
        });
    }

    boolean waits() {
        return when == When.IDLE;
    }

    Duration quiet() {
        return quietFor.orElse(QUIET_FOR);
    }

    Duration limit() {
        return atLatest.orElse(AT_LATEST);
    }
}
