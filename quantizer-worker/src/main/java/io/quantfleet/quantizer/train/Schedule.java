package io.quantfleet.quantizer.train;

import ai.djl.training.tracker.Tracker;

/** How far steps go, by the step's number. */
final class Schedule {
    private Schedule() {}

    /**
     * Up in a line, then down along half a cosine.
     *
     * @param rising steps until the peak
     * @param first the rate of the first of them
     * @param last the rate at the end
     * @param steps how many there are in all
     */
    static Tracker cosine(int rising, float first, float peak, float last, int steps) {
        return Tracker.warmUp()
                .optWarmUpSteps(rising)
                .optWarmUpBeginValue(first)
                .setMainTracker(Tracker.cosine()
                        .setBaseValue(peak)
                        .optFinalValue(last)
                        .setMaxUpdates(Math.max(1, steps - rising))
                        .build())
                .build();
    }
}
