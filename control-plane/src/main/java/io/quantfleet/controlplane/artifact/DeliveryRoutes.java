package io.quantfleet.controlplane.artifact;

import java.net.URI;
import java.util.Optional;

/**
 * The ways that artifacts may take to devices.
 *
 * @param publicUri of this program, as devices reach it; without one no manifest names HTTP
 * @param maxBrokerBytes an artifact that is larger as published does not go over the broker, if there is another way
 */
public record DeliveryRoutes(Optional<URI> publicUri, long maxBrokerBytes) {
    public DeliveryRoutes {
        if (maxBrokerBytes < 0) {
            throw new IllegalArgumentException("quantfleet.delivery.max-broker-bytes is negative: " + maxBrokerBytes);
        }
        publicUri.ifPresent(uri -> {
            if (uri.getHost() == null || !String.valueOf(uri.getScheme()).startsWith("http")) {
                throw new IllegalArgumentException(
                        "quantfleet.delivery.public-uri is no address such as https://host: " + uri);
            }
        });
    }
}
