package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rule for labels: what people write beside a device to select it by. */
public final class Labels {
    private static final int MAX_LABELS = 64;
    private static final int MAX_VALUE = 256;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");

    private Labels() {}

    /** What is wrong with these labels, if something is. */
    public static Optional<String> fault(Map<String, String> labels) {
        if (labels.size() > MAX_LABELS) {
            return Optional.of(labels.size() + " labels; a device has at most " + MAX_LABELS);
        }
        return labels.entrySet().stream()
                .flatMap(label -> fault(label.getKey(), label.getValue()).stream())
                .findFirst();
    }

    /** What is wrong with a label, if something is. */
    public static Optional<String> fault(String key, String value) {
        if (!KEY.matcher(key).matches()) {
            return Optional.of("not a key for a label: '" + key
                    + "'; use 1 to 63 letters, digits, '.', '_', '/' or '-', beginning with a letter or digit");
        }
        if (value.codePointCount(0, value.length()) > MAX_VALUE) {
            return Optional.of("the value of label '" + key + "' is longer than " + MAX_VALUE + " characters");
        }
        if (value.chars().anyMatch(c -> Character.isISOControl(c) || c == '\uFFFD')) {
            return Optional.of("the value of label '" + key + "' holds a control character, or is not UTF-8");
        }
        return Optional.empty();
    }

    /**
     * These labels, if they are good.
     *
     * @throws ControlPlaneException with {@code REQUEST_INVALID} otherwise
     */
    public static Map<String, String> require(Map<String, String> labels) {
        fault(labels).ifPresent(fault -> {
            throw ControlPlaneException.invalid(fault);
        });
        return labels;
    }
}
