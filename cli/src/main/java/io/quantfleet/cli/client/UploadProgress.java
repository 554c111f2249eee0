package io.quantfleet.cli.client;

/** Is told how far an upload is, on the threads that send it. */
@FunctionalInterface
public interface UploadProgress {
    /** Of {@code all} bytes so many were taken to be sent. */
    void taken(long bytes, long all);
}
