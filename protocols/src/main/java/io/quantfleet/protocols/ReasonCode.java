package io.quantfleet.protocols;

/**
 * Stable codes for what can go wrong between programs: in a device's reports, in failed quantization jobs and in the
 * {@code code} of REST problem details. A code's name is its wire form; it is never renamed, and new ones may appear at
 * any time, so readers keep codes that they don't know as text.
 */
public enum ReasonCode {
    // A device refuses a desired state.
    SIGNATURE_INVALID,
    KEY_UNKNOWN,
    KEY_EXPIRED,
    KEY_REVOKED,
    TRUST_STATEMENT_INVALID,
    MANIFEST_MALFORMED,
    MANIFEST_EXPIRED,
    MANIFEST_NOT_FOR_THIS_DEVICE,
    MANIFEST_REPLAYED,
    AGENT_TOO_OLD,
    DEVICE_CLASS_MISMATCH,
    // A device fails to carry it out.
    CHUNK_HASH_MISMATCH,
    ARTIFACT_HASH_MISMATCH,
    ARTIFACT_TIMEOUT,
    STORAGE_FAILED,
    MODEL_LOAD_FAILED,
    SELF_TEST_FAILED,
    MEMORY_EXCEEDED,
    MODEL_CRASHED,
    SUPERSEDED,
    // A quantization job can't be done.
    ARTIFACT_MISSING,
    MODEL_MALFORMED,
    MODEL_TOO_LARGE,
    MODEL_ALREADY_QUANTIZED,
    OPSET_UNSUPPORTED,
    OPERATOR_UNSUPPORTED,
    DESCRIPTION_INVALID,
    DESCRIPTION_MISMATCH,
    DATASET_INVALID,
    ARCHIVE_UNSAFE,
    PROFILE_INVALID,
    ACTIVATION_NOT_FINITE,
    QUANTIZATION_FAILED,
    PROFILE_VIOLATED,
    TRAINING_UNAVAILABLE,
    CANCELLED,
    // A request to the control plane is refused.
    REQUEST_INVALID,
    CROSS_ORIGIN,
    FILTER_INVALID,
    NOT_FOUND,
    NAME_TAKEN,
    MODEL_VERSION_EXISTS,
    DEVICE_EXISTS,
    DEVICE_DECOMMISSIONED,
    ENROLMENT_TOKEN_INVALID,
    ARTIFACT_URL_INVALID,
    VARIANT_NOT_READY,
    FLEET_EMPTY,
    STAGE_EMPTY,
    ROLLOUT_IN_PROGRESS,
    ILLEGAL_STATE,
    IDEMPOTENCY_KEY_IN_USE,
    IDEMPOTENCY_KEY_REUSED,
    PRECONDITION_FAILED,
    UNAVAILABLE,
    INTERNAL
}
