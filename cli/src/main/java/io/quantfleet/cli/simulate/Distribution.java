package io.quantfleet.cli.simulate;

import io.quantfleet.cli.CliException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How something that is measured varies. */
public sealed interface Distribution {
    /** One value. */
    double sample(RandomGenerator random);

    /**
     * Latencies in nanoseconds: log-normal, as most are, by its median and its 95th percentile.
     *
     * @param p50 above 0
     * @param p95 not below {@code p50}
     */
    record Latency(Duration p50, Duration p95) implements Distribution {
        private static final Pattern TEXT =
                Pattern.compile("(\\d+(?:\\.\\d+)?)(us|ms|s)(?::(\\d+(?:\\.\\d+)?)(us|ms|s))?");
        /** The 95th percentile of the standard normal distribution. */
        private static final double Z95 = 1.6448536;

        public Latency {
            if (p50.isNegative() || p50.isZero() || p95.compareTo(p50) < 0) {
                throw new CliException(
                        "--latency is the median, above 0, and the 95th percentile, which is not below it");
            }
        }

        /** Reads {@code 8ms} or {@code 8ms:14ms}. */
        public static Latency parse(String text) {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw new CliException("--latency '" + text + "': expected MEDIAN or MEDIAN:P95, as 8ms or 8ms:14ms");
            }
            Duration p50 = duration(matcher.group(1), matcher.group(2));
            return new Latency(p50, matcher.group(3) == null ? p50 : duration(matcher.group(3), matcher.group(4)));
        }

        private static Duration duration(String number, String unit) {
            double nanos =
                    switch (unit) {
                        case "us" -> 1e3;
                        case "ms" -> 1e6;
                        default -> 1e9;
                    };
            return Duration.ofNanos(Math.round(Double.parseDouble(number) * nanos));
        }

        @Override
        public double sample(RandomGenerator random) {
            double sigma = Math.log((double) p95.toNanos() / p50.toNanos()) / Z95;
            return p50.toNanos() * Math.exp(sigma * random.nextGaussian());
        }
    }

    /**
     * Accuracies of devices, 0 to 1: normal, cut off at the ends.
     *
     * @param deviation between devices, not negative
     */
    record Accuracy(double mean, double deviation) implements Distribution {
        public Accuracy {
            if (!(mean >= 0 && mean <= 1) || !(deviation >= 0 && deviation <= 1)) {
                throw new CliException("--accuracy is a share from 0 to 1, and its deviation between devices too");
            }
        }

        /** Reads {@code 0.81} or {@code 0.81:0.01}. */
        public static Accuracy parse(String text) {
            String[] parts = text.split(":", 2);
            try {
                return new Accuracy(Double.parseDouble(parts[0]), parts.length == 1 ? 0 : Double.parseDouble(parts[1]));
            } catch (NumberFormatException e) {
                throw new CliException(
                        "--accuracy '" + text + "': expected MEAN or MEAN:DEVIATION, as 0.81 or 0.81:0.01");
            }
        }

        @Override
        public double sample(RandomGenerator random) {
            return Math.min(1, Math.max(0, mean + deviation * random.nextGaussian()));
        }
    }
}
