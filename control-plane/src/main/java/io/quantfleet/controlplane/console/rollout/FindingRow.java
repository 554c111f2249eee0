package io.quantfleet.controlplane.console.rollout;

/**
 * What one gate said last.
 *
 * @param subject the device class that was looked at; empty for all of the stage
 */
public record FindingRow(int stage, String gate, String subject, String verdict, String evidence) {}
