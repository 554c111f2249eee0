package io.quantfleet.quantizer.dataset;

/**
 * How large a data set's files may be once unpacked, so that a small archive can't fill memory or disk.
 *
 * @param entries the most entries in one archive
 * @param fileBytes the most bytes of one image file, which is held in memory
 * @param totalBytes the most bytes of all entries of an archive together
 */
public record ArchiveLimits(int entries, long fileBytes, long totalBytes) {
    /** A million entries, 64 MiB a file, 16 GiB together. */
    public static final ArchiveLimits DEFAULT = new ArchiveLimits(1_000_000, 64L << 20, 16L << 30);

    public ArchiveLimits {
        if (entries < 1 || fileBytes < 1 || totalBytes < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }
}
