package io.quantfleet.controlplane.console.alert;

import java.time.Instant;
import java.util.Optional;

/**
 * Who is told.
 *
 * @param signed whether what it is told is signed
 * @param waiting what it has not been told yet
 * @param failure of the last attempt that failed, while something waits
 */
public record ReceiverRow(
        String name,
        String kind,
        String url,
        boolean signed,
        long delivered,
        long waiting,
        Optional<Instant> lastDelivered,
        Optional<String> failure) {}
