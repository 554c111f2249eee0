package io.quantfleet.quantizer;

/** Why the quantizer refused or failed. The names are stable: they appear in reports, events and scripts. */
public enum FailureCode {
    /** The file is empty, truncated or not ONNX. */
    MODEL_UNREADABLE,
    /** The file is ONNX, but the graph in it breaks the format's own rules. */
    MODEL_INVALID,
    /** The model's operator set is older or newer than what can be handled. */
    OPSET_UNSUPPORTED,
    /** The model holds an operator that can't be handled. */
    OPERATOR_UNSUPPORTED,
    /** A file of external data is missing, too short, or lies outside the model's directory. */
    EXTERNAL_DATA_INVALID,
    /** The model exceeds what this program reads or writes. */
    MODEL_TOO_LARGE,
    /** The model is quantized already. */
    MODEL_ALREADY_QUANTIZED,
    /** The model's description breaks its schema. */
    DESCRIPTION_INVALID,
    /** The description and the graph disagree. */
    DESCRIPTION_MISMATCH,
    /** A data set can't be read, or doesn't fit the description. */
    DATASET_INVALID,
    /** A device class's profile breaks its schema or contradicts itself. */
    PROFILE_INVALID,
    /** The profile asks for something that this model can't give. */
    PROFILE_UNMET,
    /** A tensor took a value that is not a number, or an infinite one, while calibrating. */
    CALIBRATION_NOT_FINITE,
    /** What was written doesn't load or run, or breaks its profile. */
    VARIANT_INVALID,
    /** ONNX Runtime refused a model or failed to run it. */
    RUNTIME_FAILED,
    /** A file could not be read or written. */
    FILE_ACCESS_FAILED,
    /** The caller asked to stop. */
    CANCELLED
}
