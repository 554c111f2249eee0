package io.quantfleet.quantizer.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where trainings note how far they are, so that whoever is handed a job after its worker died goes on rather than begins anew: a
 * directory for each job, beside the objects that all workers share. It goes when the job ends; that of a job that ended while
 * nobody saw it stays, and does no harm. Safe for use by several threads and processes.
 */
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

    private final Path root;

    private Checkpoints(Path root) {
        this.root = root;
    }

    /** Those beside an object store. */
    static Checkpoints beside(Path objectStore) {
        return new Checkpoints(objectStore.resolve("checkpoints"));
    }

    /** The directory of a job, which need not be there. */
    Path of(String jobId) {
        if (!PLAIN.matcher(jobId).matches()) {
            throw new IllegalArgumentException("the job's id can't be the name of a directory: " + jobId);
        }
        return root.resolve(jobId);
    }

    /** Forgets a job that has ended. */
    void forget(String jobId) {
        try {
            Path directory = of(jobId);
            if (Files.isDirectory(directory)) {
                Workspace.deleteTree(directory);
            }
        } catch (IOException e) {
            LOG.warn("a job's checkpoint could not be removed: jobId={}", jobId, e);
        }
    }
}
