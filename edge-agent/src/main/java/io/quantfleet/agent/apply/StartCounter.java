package io.quantfleet.agent.apply;

import io.quantfleet.agent.state.PropertiesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how often the agent was started with the same model and died before it had settled: a model that crashes the
 * runtime takes the whole process down, again and again. Starts after the machine itself was started anew don't count, for
 * a power cut is no fault of the model.
 */
final class StartCounter {
    private static final Logger LOG = LoggerFactory.getLogger(StartCounter.class);

    private final Path path;
    private final PropertiesFile file;
    private final Path bootId;

    /** @param bootId a file whose content changes when the machine is started anew; it need not be there */
    StartCounter(Path path, Path bootId) {
        this.path = path;
        this.file = new PropertiesFile(path);
        this.bootId = bootId;
    }

    /** Counts a start with this deployment's model, and returns how many there were in a row, this one included. */
    int count(String deploymentId) {
        try {
            String boot = Files.isReadable(bootId) ? Files.readString(bootId).strip() : "";
            int count = 1 + before(deploymentId, boot);
            Properties next = new Properties();
            next.setProperty("deployment", deploymentId);
            next.setProperty("boot", boot);
            next.setProperty("starts", Integer.toString(count));
            file.write(next);
            return count;
        } catch (IOException e) {
            LOG.warn("starts can't be counted: {}", e.toString());
            return 1;
        }
    }

    /** The model has served for long enough, or was stopped in good order: what comes is counted from the beginning. */
    void settled() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("the count of starts can't be deleted: {}", e.toString());
        }
    }

    private int before(String deploymentId, String boot) throws IOException {
        try {
            Optional<Properties> stored = file.read();
            boolean same = stored.isPresent()
                    && stored.get().getProperty("deployment", "").equals(deploymentId)
                    && stored.get().getProperty("boot", "").equals(boot);
            return same ? Integer.parseInt(stored.get().getProperty("starts", "0")) : 0;
        } catch (NumberFormatException damaged) {
            return 0;
        }
    }
}
