package io.quantfleet.controlplane.console.telemetry;

import java.time.Instant;

/** What a chart shows for the interval that starts at {@code at}. */
record Point(Instant at, Figures figures) {}
