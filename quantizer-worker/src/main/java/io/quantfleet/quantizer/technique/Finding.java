package io.quantfleet.quantizer.technique;

/**
 * Something about a model that harms its quantization, and what was done about it.
 *
 * @param technique what was done, as reports name it
 * @param node the operator concerned
 * @param text the whole story, for a person
 */
public record Finding(String technique, String node, String text) {}
