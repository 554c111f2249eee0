package io.quantfleet.quantizer;

import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.calibration.Entropy;
import io.quantfleet.quantizer.calibration.MeanSquaredError;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.MovingAverage;
import io.quantfleet.quantizer.calibration.Percentile;
import io.quantfleet.quantizer.calibration.RangeMethod;
import io.quantfleet.quantizer.search.Objective;
import io.quantfleet.quantizer.search.Technique;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The names that options go by in commands, jobs and reports. Every method throws for a name that there is not. */
public final class OptionNames {
    private static final String PERCENTILE = "percentile";
    private static final List<RangeMethod> PLAIN =
            List.of(new MinMax(), new MovingAverage(), new Entropy(), new MeanSquaredError());

    private OptionNames() {}

    /**
     * How a variant is arrived at.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static Method method(String name) {
        return find(List.of(Method.values()), Method::wireName, name, "method");
    }

    /**
     * How ranges are chosen; {@code percentile-99.9} keeps that many per cent.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static RangeMethod calibration(String name) {
        if (name.equals(PERCENTILE)) {
            return Percentile.USUAL;
        }
        if (!name.startsWith(PERCENTILE + "-")) {
            return find(PLAIN, RangeMethod::name, name, "calibration method, or percentile, or percentile-99.9,");
        }
        try {
            return new Percentile(Double.parseDouble(name.substring(PERCENTILE.length() + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + name
                            + "' is no percentile: percentile-99.9 keeps that many per cent, above 50 and at most 100",
                    e);
        }
    }

    /**
     * A technique.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static Technique technique(String name) {
        return find(Arrays.asList(Technique.values()), Technique::wireName, name, "technique");
    }

    /**
     * What mixed precision spends as little of as it can.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static Objective objective(String name) {
        return find(List.of(Objective.values()), each -> each.name().toLowerCase(Locale.ROOT), name, "objective");
    }

    private static <T> T find(List<T> all, Function<T, String> label, String name, String what) {
        return all.stream()
                .filter(each -> label.apply(each).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is no " + what + " of "
                        + all.stream().map(label).collect(Collectors.joining(", "))));
    }
}
