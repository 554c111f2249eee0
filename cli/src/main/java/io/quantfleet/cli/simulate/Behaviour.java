package io.quantfleet.cli.simulate;

import io.quantfleet.cli.CliException;
import java.time.Duration;

/**
 * How devices without faults behave.
 *
 * @param latency of an inference
 * @param accuracy of a device's model on its probe set
 * @param interval length of a telemetry window
 * @param rate inferences per second, as far as telemetry tells of them
 */
public record Behaviour(Distribution.Latency latency, Distribution.Accuracy accuracy, Duration interval, double rate) {
    /** Models that answer every sample right in 8 ms, half of the time; twice a second and told of once a minute. */
    public static final Behaviour USUAL = new Behaviour(
            new Distribution.Latency(Duration.ofMillis(8), Duration.ofMillis(12)),
            new Distribution.Accuracy(1, 0),
            Duration.ofSeconds(60),
            2);

    public Behaviour {
        if (interval.compareTo(Duration.ofMillis(100)) < 0 || !(rate > 0 && rate <= 10_000)) {
            throw new CliException(
                    "--telemetry-interval is 100 ms or longer, and --probe-rate above 0 and up to 10000 per second");
        }
    }

    int inferencesPerWindow() {
        return (int) Math.max(1, Math.round(rate * interval.toMillis() / 1000));
    }
}
