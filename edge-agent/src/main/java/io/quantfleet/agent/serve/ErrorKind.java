package io.quantfleet.agent.serve;

/** What went wrong with an inference. */
public enum ErrorKind {
    /** The runtime failed. */
    RUNTIME(true),
    /** The model gave no scores that can be used. */
    OUTPUT(true),
    /** The answer would not have fitted into memory. */
    MEMORY(true),
    /** A program asked for something that can't be answered. */
    REQUEST(false),
    /** Nothing served yet. */
    NO_MODEL(false);

    private final boolean failure;

    ErrorKind(boolean failure) {
        this.failure = failure;
    }

    /** Whether it is the model's failure, and counts against it; the others are inferences that were never made. */
    public boolean isFailure() {
        return failure;
    }
}
