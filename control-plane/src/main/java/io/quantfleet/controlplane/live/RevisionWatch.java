package io.quantfleet.controlplane.live;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a new revision once a second while somebody watches, and tells everybody of it: open pages of the console, and
 * streams of events. Their number makes no difference to the database, and none of them holds a connection. One thread; subscribers come and go on any.
 */
@Singleton
public class RevisionWatch {
    private static final Logger LOG = Logger.getLogger(RevisionWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Supplier<Revision> source;
    private final BroadcastProcessor<Revision> revisions = BroadcastProcessor.create();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "revisions");
        made.setDaemon(true);
        return made;
    });

    private int watchers;
    private @Nullable ScheduledFuture<?> ticking;
    private volatile Optional<Revision> last = Optional.empty();
    private boolean failing;

    @jakarta.inject.Inject
    RevisionWatch(JdbiRevisions revisions) {
        this(revisions::current);
    }

    RevisionWatch(Supplier<Revision> source) {
        this.source = source;
    }

    /** Every revision from now on, the one known last at once. It never fails and never completes. */
    public Multi<Revision> watch() {
        // The processor first: a revision that comes between the two is then seen twice, never missed.
        return Multi.createBy()
                .merging()
                .streams(
                        revisions.onOverflow().dropPreviousItems(),
                        Multi.createFrom().deferred(() -> Multi.createFrom().optional(last)))
                .skip()
                .repetitions()
                .onSubscription()
                .invoke(this::arrived)
                .onTermination()
                .invoke(this::left);
    }

    /**
     * A revision of the last second if somebody is watching, else the current one. What has changed since an older one is
     * told of once too often, never missed.
     */
    public Revision recent() {
        return last.orElseGet(source);
    }

    /** One look at the database; the first failure in a row is logged, the watch goes on. */
    void tick() {
        try {
            Revision current = source.get();
            failing = false;
            if (!last.equals(Optional.of(current))) {
                last = Optional.of(current);
                revisions.onNext(current);
            }
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warnf("open pages and streams of events are not kept fresh for now: %s", e.getMessage());
            }
            failing = true;
        }
    }

    private synchronized void arrived() {
        watchers++;
        if (ticking == null) {
            ticking = thread.scheduleWithFixedDelay(this::tick, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void left() {
        watchers--;
        if (watchers == 0 && ticking != null) {
            ticking.cancel(false);
            ticking = null;
            last = Optional.empty();
        }
    }

    @PreDestroy
    void stop() {
        thread.shutdownNow();
    }
}
