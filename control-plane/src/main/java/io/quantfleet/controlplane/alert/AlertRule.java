package io.quantfleet.controlplane.alert;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.telemetry.Metric;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.jspecify.annotations.Nullable;

/**
 * When who is told.
 *
 * @param fleet whose devices are looked at; without one, every fleet for itself
 * @param condition what has to be met
 * @param holdFor how long it has to be met before the alert fires
 * @param clearFor how long it has to be over before the alert is resolved
 * @param severity a word for receivers, as {@code warning} or {@code critical}
 * @param receivers names of those who are told
 */
public record AlertRule(
        String name,
        Optional<String> fleet,
        Condition condition,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration holdFor,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration clearFor,
        String severity,
        List<String> receivers,
        boolean enabled) {
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    public AlertRule {
        receivers = List.copyOf(receivers);
        if (holdFor.isNegative() || clearFor.isNegative()) {
            throw ControlPlaneException.invalid("'holdFor' and 'clearFor' can't be negative");
        }
    }

    /** What is looked at. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Threshold.class, name = "THRESHOLD"),
        @JsonSubTypes.Type(value = BurnRate.class, name = "BURN_RATE"),
        @JsonSubTypes.Type(value = Absence.class, name = "ABSENCE")
    })
    @Schema(
            name = "AlertCondition",
            anyOf = {Threshold.class, BurnRate.class, Absence.class},
            discriminatorProperty = "kind")
    public sealed interface Condition permits Threshold, BurnRate, Absence {
        /** What a look finds. */
        Finding look(Measurements measured);

        /** When it is met, in words. */
        String text();

        /** What one of the three functions makes of it, by its kind. */
        <T> T match(Function<Threshold, T> threshold, Function<BurnRate, T> burnRate, Function<Absence, T> absence);
    }

    /** What there is to look at: figures of one fleet over the time before now. */
    public interface Measurements {
        /** A figure; empty if nothing of it was measured. */
        OptionalDouble measure(Metric metric, Duration over);

        /** How many windows came. */
        long windows(Duration over);
    }

    /**
     * What a look found.
     *
     * @param met whether the condition is met
     * @param over whether it is over; an alert that fires goes on while neither is so, as between the two thresholds, or
     *     where nothing was measured
     * @param value that was looked at
     */
    public record Finding(boolean met, boolean over, OptionalDouble value, String text) {}

    /**
     * A figure beyond a number.
     *
     * @param above whether larger is worse
     * @param clear the number that it must come back to; by default the same
     */
    @Schema(properties = @SchemaProperty(name = "kind", type = SchemaType.STRING, enumeration = "THRESHOLD"))
    public record Threshold(
            Metric metric,
            boolean above,
            double value,
            @Nullable Double clear,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Duration over)
            implements Condition {
        public Threshold {
            require(metric);
            require(over, "over");
            if (!Double.isFinite(value) || (clear != null && !Double.isFinite(clear))) {
                throw ControlPlaneException.invalid("'value' and 'clear' are numbers that a double can hold");
            }
            if (clear != null && (above ? clear > value : clear < value)) {
                throw ControlPlaneException.invalid("'clear' is " + clear + ", beyond 'value', " + value);
            }
        }

        @Override
        public Finding look(Measurements measured) {
            OptionalDouble now = measured.measure(metric, over);
            double end = Objects.requireNonNullElse(clear, value);
            if (now.isEmpty()) {
                return new Finding(false, false, now, text() + ": nothing measured");
            }
            boolean met = above ? now.getAsDouble() > value : now.getAsDouble() < value;
            boolean back = above ? now.getAsDouble() <= end : now.getAsDouble() >= end;
            return new Finding(met, !met && back, now, text() + ": " + quantity(rounded(now.getAsDouble()), metric));
        }

        @Override
        public String text() {
            return metric.words() + (above ? " above " : " below ") + quantity(exact(value), metric) + " over "
                    + span(over);
        }

        @Override
        public <T> T match(
                Function<Threshold, T> threshold, Function<BurnRate, T> burnRate, Function<Absence, T> absence) {
            return threshold.apply(this);
        }
    }

    /**
     * An error budget that is used up too fast, over a long and a short span: B. Beyer et al., The Site Reliability
     * Workbook (2018), chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
     *
     * @param metric a share: of errors, or of right answers
     * @param objective the share that is good, as 0.99
     * @param factor how many times as fast as would use up the budget just in time
     */
    @Schema(properties = @SchemaProperty(name = "kind", type = SchemaType.STRING, enumeration = "BURN_RATE"))
    public record BurnRate(
            Metric metric,
            double objective,
            double factor,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Duration longSpan,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Duration shortSpan)
            implements Condition {
        public BurnRate {
            require(metric);
            require(longSpan, "longSpan");
            require(shortSpan, "shortSpan");
            if (metric != Metric.ERROR_SHARE && metric != Metric.ACCURACY && metric != Metric.FEEDBACK_ACCURACY) {
                throw ControlPlaneException.invalid(
                        "a burn rate is of ERROR_SHARE, ACCURACY or FEEDBACK_ACCURACY, not of " + metric);
            }
            if (!(objective > 0 && objective < 1)
                    || !(factor > 0 && Double.isFinite(factor))
                    || shortSpan.compareTo(longSpan) >= 0) {
                throw ControlPlaneException.invalid(
                        "a burn rate has an 'objective' between 0 and 1, a 'factor' above 0 and"
                                + " a 'shortSpan' shorter than its 'longSpan'");
            }
        }

        @Override
        public Finding look(Measurements measured) {
            OptionalDouble slow = rate(measured.measure(metric, longSpan));
            OptionalDouble fast = rate(measured.measure(metric, shortSpan));
            if (fast.isEmpty() || slow.isEmpty()) {
                return new Finding(false, false, fast, text() + ": nothing measured");
            }
            boolean isFast = fast.getAsDouble() > factor;
            return new Finding(
                    isFast && slow.getAsDouble() > factor,
                    !isFast,
                    fast,
                    text() + ": " + rounded(fast.getAsDouble()) + " and " + rounded(slow.getAsDouble()) + " times");
        }

        @Override
        public String text() {
            return metric.words() + " uses up the error budget, objective " + exact(objective) + ", more than "
                    + exact(factor) + " times too fast over " + span(shortSpan) + " and over " + span(longSpan);
        }

        @Override
        public <T> T match(
                Function<Threshold, T> threshold, Function<BurnRate, T> burnRate, Function<Absence, T> absence) {
            return burnRate.apply(this);
        }

        private OptionalDouble rate(OptionalDouble share) {
            if (share.isEmpty()) {
                return share;
            }
            double bad = metric == Metric.ERROR_SHARE ? share.getAsDouble() : 1 - share.getAsDouble();
            return OptionalDouble.of(bad / (1 - objective));
        }
    }

    /** Nothing comes any more. */
    @Schema(properties = @SchemaProperty(name = "kind", type = SchemaType.STRING, enumeration = "ABSENCE"))
    public record Absence(
            @JsonFormat(shape = JsonFormat.Shape.STRING) Duration over) implements Condition {
        public Absence {
            require(over, "over");
        }

        @Override
        public Finding look(Measurements measured) {
            long windows = measured.windows(over);
            return new Finding(
                    windows == 0, windows > 0, OptionalDouble.of((double) windows), text() + ": " + windows + " came");
        }

        @Override
        public String text() {
            return "no telemetry window over " + span(over);
        }

        @Override
        public <T> T match(
                Function<Threshold, T> threshold, Function<BurnRate, T> burnRate, Function<Absence, T> absence) {
            return absence.apply(this);
        }
    }

    private static String quantity(String number, Metric metric) {
        return metric.unit().isEmpty() ? number : number + " " + metric.unit();
    }

    /** As it was given. */
    private static String exact(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /** What was measured, to four significant digits. */
    private static String rounded(double number) {
        return BigDecimal.valueOf(number)
                .round(new MathContext(4))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** In the largest unit of which it has a whole number. */
    private static String span(Duration span) {
        if (span.toSeconds() % 60 != 0) {
            return span.toSeconds() + " s";
        }
        if (span.toMinutes() % 60 != 0) {
            return span.toMinutes() + " min";
        }
        return span.toHours() % 24 != 0 ? span.toHours() + " h" : span.toDays() + " d";
    }

    /** JSON may leave it out. */
    private static void require(@Nullable Metric metric) {
        if (metric == null) {
            throw ControlPlaneException.invalid("'metric' is missing; it is one of " + List.of(Metric.values()));
        }
    }

    private static void require(@Nullable Duration span, String name) {
        if (span == null) {
            throw ControlPlaneException.invalid("'" + name + "' is missing; it is a duration, as PT5M");
        }
        if (span.compareTo(SHORTEST) < 0 || span.compareTo(LONGEST) > 0) {
            throw ControlPlaneException.invalid(
                    "'" + name + "' is " + span + "; it must be from " + SHORTEST + " to " + LONGEST);
        }
    }

    /** Whether it is looked at for this fleet. */
    @JsonIgnore
    boolean isFor(String candidate) {
        return fleet.isEmpty() || fleet.get().equals(candidate);
    }
}
