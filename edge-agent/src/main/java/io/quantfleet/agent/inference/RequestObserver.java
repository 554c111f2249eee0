package io.quantfleet.agent.inference;

import io.quantfleet.agent.serve.ErrorKind;
import io.quantfleet.agent.serve.Predictor;

/** Hears of requests, while the model that they were made to still serves. Called on several threads. */
public interface RequestObserver {
    /** The model answered. */
    void answered(Predictor.Prediction prediction);

    /** No answer was given. */
    void failed(ErrorKind kind);

    /** True labels came for what the model serving now answered before. */
    void judged(int right, int wrong);
}
