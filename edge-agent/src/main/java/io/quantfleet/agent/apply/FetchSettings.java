package io.quantfleet.agent.apply;

import java.util.OptionalLong;

/**
 * How a device fetches artifacts.
 *
 * @param preference which way, where a manifest names both
 * @param bytesPerSecond a cap on what comes over the network, on average; empty for none
 */
public record FetchSettings(Preference preference, OptionalLong bytesPerSecond) {
    /** Over the broker where that is offered, as fast as it goes. */
    public static final FetchSettings DEFAULT = new FetchSettings(Preference.AUTO, OptionalLong.empty());

    /** Which of two ways. The other one is taken where there is no choice, or where chunks keep failing to come. */
    public enum Preference {
        /** Over the broker, unless the manifest says that it does not have the chunks. */
        AUTO,
        MQTT,
        HTTP
    }

    public FetchSettings {
        if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() <= 0) {
            throw new IllegalArgumentException("a bandwidth of " + bytesPerSecond.getAsLong() + " bytes a second");
        }
    }
}
