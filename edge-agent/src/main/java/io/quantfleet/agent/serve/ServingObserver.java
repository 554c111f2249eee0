package io.quantfleet.agent.serve;

import java.time.Duration;

/** Hears of each inference that is served. Called on the serving thread. */
public interface ServingObserver {
    /** The model answered, rightly or not. */
    void answered(Duration latency, boolean right);

    /** The model failed. */
    void failed();
}
