package io.quantfleet.agent.apply;

import io.quantfleet.agent.apply.Deployment.Active;
import io.quantfleet.agent.apply.Deployment.AtRest;
import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.agent.apply.Deployment.Fetching;
import io.quantfleet.agent.apply.Deployment.Idle;
import io.quantfleet.agent.apply.Deployment.SelfTesting;
import io.quantfleet.agent.apply.Deployment.State;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.Verification;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.v1.DeploymentTrace;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the journal, and publishes reports from it: in order, one at a time, each until the broker has it. A report that
 * was stored is published, over crashes too, always with the same number; receivers know repetitions by it. For the
 * apply thread.
 */
final class Reporter implements Deployment.Observer {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
    /** Progress is told of no more often than this. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);
    /** What a deployment is at is told at the tick after so many others; how it ends, at once. */
    private static final int UNTOLD_TICKS = 2;

    private final Reports reports;
    private final String topic;
    private final JournalFile file;
    private final DeviceLink link;
    private final Executor applyThread;
    private final Supplier<Optional<Manifest>> serving;
    private Journal journal;
    private Optional<Dealing> dealingWith = Optional.empty();
    private long onItsWay;
    private long lastProgress = System.nanoTime();
    private int untoldFor;

    /** With which desired state the change under way deals, and the trace that it came in. */
    private record Dealing(Sha256 desired, Optional<TraceParent> trace) {}

    Reporter(
            DeviceId deviceId,
            Reports reports,
            JournalFile file,
            DeviceLink link,
            Executor applyThread,
            Supplier<Optional<Manifest>> serving) {
        this.reports = reports;
        this.topic = MqttTopics.of(deviceId, MqttTopics.Channel.REPORTED);
        this.file = file;
        this.link = link;
        this.applyThread = applyThread;
        this.serving = serving;
        this.journal = file.load();
    }

    Journal journal() {
        return journal;
    }

    State restored() {
        return journal.deployment().map(Reports::restore).orElseGet(Idle::new);
    }

    /** Makes a change by which a desired state is dealt with: both are stored in one step. */
    void dealingWith(Sha256 desired, Optional<TraceParent> trace, Runnable change) {
        dealingWith = Optional.of(new Dealing(desired, trace));
        try {
            change.run();
        } finally {
            dealingWith = Optional.empty();
        }
    }

    @Override
    public void changed(State from, State to) {
        Journal base = dealingWith.map(Dealing::desired).map(journal::dealtWith).orElse(journal);
        Optional<DeploymentTrace> trace = dealingWith.isPresent()
                ? dealingWith.get().trace().map(DeploymentSteps::begin)
                : DeploymentSteps.soFar(journal.deployment(), to);
        ReportedState report = DeploymentSteps.note(reports.of(to, base.lastReport() + 1, serving.get()), trace);
        Journal next = base.at(report, selfTestStarts(from, to));
        boolean progress = from instanceof Fetching && to instanceof Fetching;
        if (progress && System.nanoTime() - lastProgress < PROGRESS_INTERVAL.toNanos()) {
            // Which chunks are there says the directory: to store the count of bytes with each would write twice as
            // much.
            journal = next;
            return;
        }
        lastProgress = System.nanoTime();
        store(next.queue(report, onItsWay));
        if (!progress) {
            log(report);
        }
        publishNext();
    }

    /** Reports that a desired state is not acted on. */
    void refused(Verification.Refused refused, Sha256 desired) {
        ReportedState report = reports.of(refused, journal.lastReport() + 1, serving.get());
        store(journal.dealtWith(desired).queue(report, onItsWay));
        log(report);
        publishNext();
    }

    /** Reports the present state once more, because another report came after it. */
    void repeat(State state, Sha256 desired) {
        ReportedState report = reports.of(state, journal.lastReport() + 1, serving.get()).toBuilder()
                .setRepeats(
                        journal.deployment().map(ReportedState::getReportNumber).orElse(0L))
                .build();
        store(journal.dealtWith(desired).queue(report, onItsWay));
        publishNext();
    }

    /**
     * The broker may have lost reports that it had acknowledged and not passed on. When the control plane publishes the
     * desired state anew, it shall be answered anew: with the same standing, never with another one.
     */
    void sessionLost() {
        if (journal.lastDesired().isPresent()) {
            store(journal.dealtWithNothing());
        }
    }

    void connected() {
        onItsWay = 0;
        if (journal.lastReport() == 0) {
            store(journal.queue(reports.of(new Idle(), 1, serving.get()), 0));
        }
        publishNext();
    }

    /** Publishes what waits; called about once a second while there is a connection. */
    void tick() {
        if (isOnlyUnderWay()) {
            untoldFor++;
        }
        publishNext();
    }

    /**
     * Publishes the oldest report that the broker does not have, unless it is on its way already. What a deployment under way is
     * at waits for some ticks: most deployments have ended by then, and their end is all that is told.
     */
    private void publishNext() {
        if (onItsWay != 0 || journal.outbox().isEmpty() || (isOnlyUnderWay() && untoldFor <= UNTOLD_TICKS)) {
            return;
        }
        untoldFor = 0;
        ReportedState report = journal.outbox().get(0);
        long number = report.getReportNumber();
        onItsWay = number;
        var unused = publish(report)
                .whenCompleteAsync((nothing, failure) -> published(number, failure == null), applyThread);
    }

    /** Whether nothing is to be told but what a deployment is at. */
    private boolean isOnlyUnderWay() {
        return journal.outbox().size() == 1
                && Reports.isUnderWay(journal.outbox().get(0));
    }

    private CompletableFuture<Void> publish(ReportedState report) {
        return TraceParent.parse(report.getTrace().getTraceparent())
                .map(trace -> link.publish(topic, report.toByteArray(), true, trace))
                .orElseGet(() -> link.publish(topic, report.toByteArray(), true));
    }

    private void published(long number, boolean delivered) {
        if (onItsWay != number) {
            return;
        }
        onItsWay = 0;
        if (delivered) {
            store(journal.delivered(number));
            publishNext();
        }
        // Else the next tick or connection publishes it again.
    }

    private void store(Journal next) {
        file.store(next);
        journal = next;
    }

    private int selfTestStarts(State from, State to) {
        if (to instanceof SelfTesting) {
            return journal.selfTestStarts() + 1;
        }
        boolean sameDeployment = to.deployment()
                .map(Attempt::deploymentId)
                .equals(journal.deployment().map(ReportedState::getDeploymentId));
        return sameDeployment && !(from instanceof AtRest) && !(to instanceof Active) ? journal.selfTestStarts() : 0;
    }

    private static void log(ReportedState report) {
        LOG.info(
                "deployment {} deploymentId={} sequence={} fetchedBytes={}/{}{}",
                report.getState().name().replace("DEVICE_STATE_", ""),
                report.getDeploymentId(),
                report.getSequence(),
                report.getFetchedBytes(),
                report.getTotalBytes(),
                report.getReasonCode().isEmpty()
                        ? ""
                        : " reasonCode=" + report.getReasonCode() + " reason=" + report.getReason());
    }
}
