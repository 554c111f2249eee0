package io.quantfleet.protocols;

import java.util.regex.Pattern;

/**
 * The name of one device: a level of its MQTT topics, its MQTT user name and client id, and a key on Kafka.
 *
 * @param value 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit
 */
public record DeviceId(String value) {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public DeviceId {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("not a device id: '" + value
                    + "'; use 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
