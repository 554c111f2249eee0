package io.quantfleet.controlplane.console.rollout;

/**
 * A model version that can be rolled out.
 *
 * @param ready the device classes that have a variant of it, separated by commas
 */
public record Choice(String model, int version, String ready) {}
