package io.quantfleet.controlplane.console.frame;

import io.quarkus.qute.TemplateExtension;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Quantities as templates print them, always with their unit: {@code {unit:bytes(n)}}. */
@TemplateExtension(namespace = "unit")
public final class Units {
    private static final String NONE = "–";
    private static final String[] BINARY = {"KiB", "MiB", "GiB", "TiB"};

    private Units() {}

    /** Three significant digits in binary units. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1023.5 && unit < BINARY.length - 1) {
            value /= 1024;
            unit++;
        }
        return significant(value) + " " + BINARY[unit];
    }

    /** A fraction as a percentage with two decimals: accuracy differs in those. */
    public static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.2f %%", fraction * 100);
    }

    public static String percent(Optional<Double> fraction) {
        return fraction.map(Units::percent).orElse(NONE);
    }

    /** From one fraction to another, as percentages: {@code 95.80 – 96.10 %}. */
    public static String range(double low, double high) {
        return String.format(Locale.ROOT, "%.2f – %.2f %%", low * 100, high * 100);
    }

    /** A fraction as a percentage without decimals, for progress. */
    public static String progress(double fraction) {
        return Math.round(Math.floor(fraction * 100)) + " %";
    }

    /** The difference of two fractions in percentage points, with its sign. */
    public static String points(double difference) {
        // A long has no negative zero, which would be written with its sign.
        double points = Math.round(difference * 10_000) / 100.0;
        return String.format(Locale.ROOT, "%+.2f pt", points).replace('-', '−');
    }

    public static String millis(double millis) {
        return significant(millis) + " ms";
    }

    public static String millis(Optional<Double> millis) {
        return millis.map(Units::millis).orElse(NONE);
    }

    public static String seconds(double seconds) {
        return seconds < 120 ? significant(seconds) + " s" : Times.rough(Duration.ofSeconds(Math.round(seconds)));
    }

    /** Three digits of a figure that has no unit. */
    public static String figure(double value) {
        return significant(value);
    }

    /** The loss of a training, which moves in the third decimal or so towards its end. */
    public static String loss(double loss) {
        return fourDecimals(loss);
    }

    /** Perplexities of variants differ in the third decimal or so. */
    public static String perplexity(double perplexity) {
        return fourDecimals(perplexity);
    }

    private static String fourDecimals(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** Per cent by which something rises, with its sign. */
    public static String rise(double percent) {
        return String.format(Locale.ROOT, "%+.2f %%", percent).replace('-', '−');
    }

    public static String nats(double divergence) {
        return String.format(Locale.ROOT, "%.5f", divergence);
    }

    public static String decibels(double decibels) {
        return String.format(Locale.ROOT, "%.1f dB", decibels);
    }

    /** How many times {@code whole} is of {@code part}: {@code 1.8×}. */
    public static String times(double whole, double part) {
        return part <= 0 ? NONE : significant(whole / part) + "×";
    }

    /** {@code part} as a share of {@code whole}, in whole per cent. */
    public static String share(long part, long whole) {
        return whole <= 0 ? NONE : Math.round(100.0 * part / whole) + " %";
    }

    public static String mebibytes(double mebibytes) {
        return bytes(Math.round(mebibytes * 1024 * 1024));
    }

    public static String celsius(double degrees) {
        return String.format(Locale.ROOT, "%.0f °C", degrees);
    }

    /** With thin spaces between groups of three digits. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count).replace(',', '\u202f');
    }

    /** {@code 1 device}, {@code 2 devices}. */
    public static String plural(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** The beginning of a hash, enough to recognise it. */
    public static String hash(String sha256) {
        return sha256.length() <= 12 ? sha256 : sha256.substring(0, 12);
    }

    /** {@code text} as one segment of a path or one value of a query. */
    public static String url(Object text) {
        return URLEncoder.encode(String.valueOf(text), StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String significant(double value) {
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
