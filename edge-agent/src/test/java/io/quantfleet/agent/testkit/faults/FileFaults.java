package io.quantfleet.agent.testkit.faults;

import java.io.IOException;
import java.nio.file.Path;

/** Hears of every change that is about to be made to a file, or was made, and may fail it. */
@FunctionalInterface
public interface FileFaults {
    /** What is done to a file. */
    enum Step {
        CREATE,
        /** Half of what is to be written has been. */
        HALF,
        FORCE,
        /** It is about to be put in the place of another one. */
        MOVE,
        /** It has been. */
        MOVED,
        DELETE,
        DELETED,
        DIRECTORY
    }

    /** @throws IOException to fail the step */
    void at(Step step, Path file) throws IOException;
}
