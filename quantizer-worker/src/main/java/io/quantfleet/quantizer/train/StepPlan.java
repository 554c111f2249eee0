package io.quantfleet.quantizer.train;

import java.time.Duration;

/**
 * How many steps a training has in all: those that were asked for, or as many as the time allows at the speed so far. The plan is
 * made anew after every step, for a machine that others use becomes slower and faster; the schedule of the learning rate
 * follows it. Immutable.
 *
 * @param most the steps that were asked for
 * @param time how long they may take together
 */
record StepPlan(int most, Duration time) {
    /** Fewer steps than these tell nothing of the speed: the first ones wait for code to be compiled. */
    private static final int TIMED_STEPS = 5;

    /**
     * The number of steps in all, by what is known now.
     *
     * @param planned the number of steps in all, by what was known before
     * @param done steps that are done, in any process
     * @param timed how many of them this process did
     * @param secondsOfTimed how long it took for those, with everything between them
     * @param seconds how long training has taken in all, in any process
     * @return {@code done} if the time is over
     */
    int steps(int planned, int done, int timed, double secondsOfTimed, double seconds) {
        double left = time.toMillis() / 1000.0 - seconds;
        if (left <= 0) {
            return done;
        }
        if (timed < TIMED_STEPS) {
            return planned;
        }
        return (int) Math.min(most, done + left / secondsOfTimed * timed);
    }
}
