package io.quantfleet.cli.simulate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one device did, over its crashes: what an observer beside it would have seen. Safe for use by several threads.
 */
final class DeviceTally {
    private final Map<String, Set<Long>> finalReports = new HashMap<>();
    private final Map<String, Integer> installations = new HashMap<>();
    private long chunkBytes;
    private long chunks;
    private int crashes;
    private int cuts;
    private long windows;
    private boolean connected;
    private Optional<Standing> last = Optional.empty();

    /** How a deployment stands by the device's latest report of it. */
    record Standing(
            String deploymentId,
            String state,
            boolean afterActive,
            String reasonCode,
            String modelName,
            int modelVersion) {
        boolean isFinal() {
            return state.equals("ACTIVE") || state.equals("REFUSED") || state.equals("REVERTED");
        }

        boolean isServing(String model, int version) {
            return state.equals("ACTIVE") && modelName.equals(model) && modelVersion == version;
        }
    }

    synchronized void chunk(int bytes) {
        chunks++;
        chunkBytes += bytes;
    }

    synchronized void reported(Standing standing, long number) {
        last = Optional.of(standing);
        if (standing.isFinal() && !standing.afterActive()) {
            finalReports
                    .computeIfAbsent(standing.deploymentId(), id -> new HashSet<>())
                    .add(number);
        }
    }

    synchronized void installed(String deploymentId) {
        installations.merge(deploymentId, 1, Integer::sum);
    }

    synchronized void crashed() {
        crashes++;
    }

    synchronized void cut() {
        cuts++;
    }

    synchronized void window() {
        windows++;
    }

    synchronized void connected(boolean now) {
        connected = now;
    }

    synchronized boolean isConnected() {
        return connected;
    }

    /** The latest report of a deployment; empty before the first. */
    synchronized Optional<Standing> last() {
        return last;
    }

    synchronized long chunkBytes() {
        return chunkBytes;
    }

    synchronized long chunks() {
        return chunks;
    }

    synchronized int crashes() {
        return crashes;
    }

    synchronized int cuts() {
        return cuts;
    }

    synchronized long windows() {
        return windows;
    }

    /** How many deployments were installed more than once, or ended in more than one final report. */
    synchronized int duplicates() {
        long twiceInstalled =
                installations.values().stream().filter(count -> count > 1).count();
        long twiceReported = finalReports.values().stream()
                .filter(numbers -> numbers.size() > 1)
                .count();
        return (int) Math.max(twiceInstalled, twiceReported);
    }
}
