package io.quantfleet.quantizer.train;

/** What tells a model in training how it should answer. */
public enum Supervision {
    /** The samples' labels. */
    LABELS,
    /** The FP32 model's answers; labels are not looked at. */
    DISTILLATION,
    /** Both, with equal weight. */
    BOTH;

    boolean usesTeacher() {
        return this != LABELS;
    }
}
