package io.quantfleet.controlplane.console.alert;

import io.quantfleet.controlplane.alert.AlertRule;
import io.quantfleet.controlplane.telemetry.Metric;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the form of a rule begins with.
 *
 * @param name empty for a new rule
 * @param fleet empty for every fleet
 * @param values of the condition's fields, as they are written in the form; spans in minutes
 * @param holdFor minutes, and so is {@code clearFor}
 * @param receivers separated by commas
 * @param tag of the rule as it was read; empty for a new one
 */
public record RuleDraft(
        String name,
        String fleet,
        String kind,
        Map<String, String> values,
        String holdFor,
        String clearFor,
        String severity,
        String receivers,
        boolean enabled,
        String tag) {
    private static final String THRESHOLD = "THRESHOLD";
    private static final String BURN_RATE = "BURN_RATE";
    private static final String ABSENCE = "ABSENCE";
    private static final Map<String, String> USUAL = Map.of(
            "metric", Metric.ACCURACY.name(),
            "above", "false",
            "objective", "0.99",
            "factor", "10",
            "longSpan", "60",
            "shortSpan", "5",
            "over", "10");

    /** A figure to choose. */
    public record Choice(Metric metric) {
        /** Its name and what its numbers are in. */
        public String label() {
            String unit = metric == Metric.DRIFT ? "population stability index" : "0 to 1";
            return metric.words() + ", " + (metric.unit().isEmpty() ? unit : metric.unit());
        }
    }

    static RuleDraft fresh() {
        return new RuleDraft("", "", THRESHOLD, USUAL, "0", "2", "warning", "", true, "");
    }

    static RuleDraft of(AlertRule rule, String tag) {
        Map<String, String> values = new HashMap<>(USUAL);
        String kind = rule.condition()
                .match(
                        threshold -> {
                            values.put("metric", threshold.metric().name());
                            values.put("above", String.valueOf(threshold.above()));
                            values.put("value", number(threshold.value()));
                            Double clear = threshold.clear();
                            values.put("clear", clear == null ? "" : number(clear));
                            values.put("over", minutes(threshold.over()));
                            return THRESHOLD;
                        },
                        burn -> {
                            values.put("metric", burn.metric().name());
                            values.put("objective", number(burn.objective()));
                            values.put("factor", number(burn.factor()));
                            values.put("longSpan", minutes(burn.longSpan()));
                            values.put("shortSpan", minutes(burn.shortSpan()));
                            return BURN_RATE;
                        },
                        absence -> {
                            values.put("over", minutes(absence.over()));
                            return ABSENCE;
                        });
        return new RuleDraft(
                rule.name(),
                rule.fleet().orElse(""),
                kind,
                values,
                minutes(rule.holdFor()),
                minutes(rule.clearFor()),
                rule.severity(),
                String.join(", ", rule.receivers()),
                rule.enabled(),
                tag);
    }

    public String value(String field) {
        return values.getOrDefault(field, "");
    }

    /** What a threshold can be of. */
    public List<Choice> figures() {
        return Arrays.stream(Metric.values()).map(Choice::new).toList();
    }

    /** What a burn rate can be of: shares. */
    public List<Choice> shares() {
        return List.of(
                new Choice(Metric.ERROR_SHARE), new Choice(Metric.ACCURACY), new Choice(Metric.FEEDBACK_ACCURACY));
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static String minutes(Duration span) {
        return BigDecimal.valueOf(span.toSeconds())
                .divide(BigDecimal.valueOf(60), MathContext.DECIMAL32)
                .stripTrailingZeros()
                .toPlainString();
    }
}
