package io.quantfleet.quantizer.worker;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The jobs that shall not be done any more, as far as this worker has heard; the latest of them. Safe for several threads. */
final class CancelledJobs {
    private static final int REMEMBERED = 100_000;

    private final Set<String> ids =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<String, Boolean>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > REMEMBERED;
                }
            }));

    /** Notes a job; returns whether that is new. */
    boolean add(String jobId) {
        return ids.add(jobId);
    }

    /** Whether the job shall not be done. */
    boolean contains(String jobId) {
        return ids.contains(jobId);
    }
}
