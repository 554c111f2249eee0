package io.quantfleet.quantizer.prepare;

/**
 * The distribution of a channel's values, taken to be normal.
 *
 * @param mean of the values
 * @param deviation their standard deviation; not negative
 */
public record ChannelNormal(double mean, double deviation) {}
