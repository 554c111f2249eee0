package io.quantfleet.quantizer.train;

/**
 * Where a training stood once.
 *
 * @param epoch which pass of the training samples it was in, from 1
 * @param fraction of the whole training, 0 to 1
 * @param seconds since it began, those before it was interrupted included
 * @param loss averaged since the point before
 * @param accuracy on samples held out of training, 0 to 1: by their labels, or by FP32's answers where they have none
 */
public record TrainingPoint(int epoch, double fraction, double seconds, double loss, double accuracy) {}
