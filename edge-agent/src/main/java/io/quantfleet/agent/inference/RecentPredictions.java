package io.quantfleet.agent.inference;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What the model chose for the latest requests, until it is told what would have been right: a bounded number of them, for
 * a bounded time, and only as long as the deployment that answered serves. Safe for use by several threads.
 */
final class RecentPredictions {
    /** How many are remembered; some 100 bytes each where a request is of one sample. */
    static final int CAPACITY = 4096;

    /** Samples of one request that can be judged. */
    static final int LABELS_EACH = 1024;

    private record Prediction(List<Integer> labels, long nanos) {}

    private final Map<String, Prediction> predictions = new LinkedHashMap<>();
    private final long keepNanos;
    private final LongSupplier nanoTime;
    private String deploymentId = "";

    /** @param nanoTime usually {@link System#nanoTime()} */
    RecentPredictions(Duration keep, LongSupplier nanoTime) {
        this.keepNanos = keep.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Remembers what a deployment's model chose; an earlier request of the same id is forgotten. */
    synchronized void add(String deployment, String requestId, List<Integer> labels) {
        forgetOthers(deployment);
        if (labels.isEmpty() || labels.size() > LABELS_EACH) {
            return;
        }
        forgetOld();
        predictions.remove(requestId);
        predictions.put(requestId, new Prediction(labels, nanoTime.getAsLong()));
        if (predictions.size() > CAPACITY) {
            forget(predictions.keySet().iterator());
        }
    }

    /** What was chosen, if this deployment's model did and it isn't too long ago. */
    synchronized Optional<List<Integer>> find(String deployment, String requestId) {
        forgetOthers(deployment);
        forgetOld();
        return Optional.ofNullable(predictions.get(requestId)).map(Prediction::labels);
    }

    /** Forgets one, and says whether it was there: each can be judged once. */
    synchronized boolean take(String requestId) {
        return predictions.remove(requestId) != null;
    }

    private void forgetOthers(String deployment) {
        if (!deployment.equals(deploymentId)) {
            predictions.clear();
            deploymentId = deployment;
        }
    }

    private void forgetOld() {
        long now = nanoTime.getAsLong();
        Iterator<Prediction> oldest = predictions.values().iterator();
        while (oldest.hasNext() && now - oldest.next().nanos() > keepNanos) {
            oldest.remove();
        }
    }

    private static void forget(Iterator<String> oldest) {
        oldest.next();
        oldest.remove();
    }
}
