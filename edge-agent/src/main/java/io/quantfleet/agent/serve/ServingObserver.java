package io.quantfleet.agent.serve;

/** Hears of each inference that is served. Called on the serving thread. */
public interface ServingObserver {
    /** The model answered, rightly or not. */
    void answered(Model.Answer answer, boolean right);

    /** The model failed. */
    void failed(ErrorKind kind);
}
