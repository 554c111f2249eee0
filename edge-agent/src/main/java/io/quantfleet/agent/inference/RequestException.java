package io.quantfleet.agent.inference;

/** A request that can't be answered, with the HTTP status that says so. */
final class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final int BAD_REQUEST = 400;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int TOO_LARGE = 413;
    static final int UNSUPPORTED_MEDIA_TYPE = 415;
    static final int UNAVAILABLE = 503;

    private final int status;

    RequestException(int status, String message) {
        super(message);
        this.status = status;
    }

    static RequestException bad(String message) {
        return new RequestException(BAD_REQUEST, message);
    }

    int status() {
        return status;
    }
}
