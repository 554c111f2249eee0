package io.quantfleet.agent.inference;

import java.time.Duration;

/** Hears of requests, while the model that they were made to still serves. Called on several threads. */
public interface RequestObserver {
    /** The model answered. */
    void answered(Duration latency);

    /** The model failed; requests that are wrong don't count. */
    void failed();

    /** True labels came for what the model serving now answered before. */
    void judged(int right, int wrong);
}
