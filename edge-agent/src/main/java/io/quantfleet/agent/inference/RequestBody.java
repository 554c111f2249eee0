package io.quantfleet.agent.inference;

/** The bytes of an inference request: JSON, and after it the binary tensors. */
final class RequestBody {
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private final byte[] bytes;
    private final int jsonLength;

    /** @param jsonLength where the JSON ends */
    RequestBody(byte[] bytes, int jsonLength) {
        if (jsonLength < 0 || jsonLength > bytes.length) {
            throw RequestException.bad(JSON_LENGTH + " is " + jsonLength + ", and the body has " + bytes.length
                    + " bytes; it is the length of the JSON at the body's start");
        }
        this.bytes = bytes;
        this.jsonLength = jsonLength;
    }

    byte[] bytes() {
        return bytes;
    }

    int jsonLength() {
        return jsonLength;
    }

    int binaryLength() {
        return bytes.length - jsonLength;
    }
}
