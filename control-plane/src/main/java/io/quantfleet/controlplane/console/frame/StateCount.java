package io.quantfleet.controlplane.console.frame;

/** How many of something are in a state. */
public record StateCount(String state, long count) {}
