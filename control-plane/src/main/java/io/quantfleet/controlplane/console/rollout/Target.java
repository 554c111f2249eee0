package io.quantfleet.controlplane.console.rollout;

/** A fleet that a rollout can go to. */
public record Target(String name, long devices) {}
