package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.telemetry.Figures;

/** A fleet with its figures of the last hour. */
public record FleetLine(FleetRow fleet, Figures figures) {}
