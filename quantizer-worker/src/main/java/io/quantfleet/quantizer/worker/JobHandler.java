package io.quantfleet.quantizer.worker;

import com.google.protobuf.Message;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.MalformedEventException;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a {@code quantization-job-requested.v1}: fetches, runs, stores, publishes. At least once for each job; doing it again
 * stores the same bytes and publishes the same event id, so the effect happens once. No order among jobs. Runs in the
 * job's thread.
 */
final class JobHandler {
    private static final Logger LOG = LoggerFactory.getLogger(JobHandler.class);
    /** Failures that are not the job's fault. */
    private static final Set<ReasonCode> OUTAGES =
            EnumSet.of(ReasonCode.UNAVAILABLE, ReasonCode.STORAGE_FAILED, ReasonCode.CANCELLED);

    private final ObjectStore store;
    private final WorkDirectory workDirectory;
    private final JobRunner runner;
    private final Results results;
    private final CancelledJobs cancelled;
    private final WorkerMetrics metrics;
    private final WorkerTraces traces;
    private final BooleanSupplier dying;

    /** @param dying whether the program is about to end, so that what fails now says nothing about the job */
    JobHandler(
            ObjectStore store,
            WorkDirectory workDirectory,
            JobRunner runner,
            Results results,
            CancelledJobs cancelled,
            WorkerMetrics metrics,
            WorkerTraces traces,
            BooleanSupplier dying) {
        this.traces = traces;
        this.store = store;
        this.workDirectory = workDirectory;
        this.runner = runner;
        this.results = results;
        this.cancelled = cancelled;
        this.metrics = metrics;
        this.dying = dying;
    }

    /** Ends the job that was delivered, or says why that must wait or can't be. */
    Outcome handle(Delivery delivery) throws InterruptedException {
        QuantizationJobRequested request;
        try {
            request = parse(delivery);
        } catch (MalformedEventException e) {
            return new Outcome.Reject(ReasonCode.REQUEST_INVALID, String.valueOf(e.getMessage()));
        }
        if (cancelled.contains(request.getJobId())) {
            return endCancelled(request.getJobId());
        }
        if (delivery.lastAttempt()) {
            return fail(
                    request.getJobId(),
                    ReasonCode.QUANTIZATION_FAILED,
                    "given up after " + delivery.attempt() + " deliveries: every worker that took this job died or was"
                            + " stopped. See the workers' logs, and whether they have enough memory for this model");
        }
        try {
            return run(QuantizationJob.of(request));
        } catch (IllegalArgumentException e) {
            return fail(request.getJobId(), ReasonCode.REQUEST_INVALID, "the job is not usable: " + e.getMessage());
        }
    }

    private static QuantizationJobRequested parse(Delivery delivery) {
        Message message = Events.data(delivery.event());
        if (!(message instanceof QuantizationJobRequested request)) {
            throw new MalformedEventException(
                    "a " + message.getDescriptorForType().getName() + " has no place among the jobs");
        }
        if (request.getJobId().isBlank()) {
            throw new MalformedEventException("the job has no id, so nobody could be told how it ends");
        }
        return request;
    }

    private Outcome run(QuantizationJob job) throws InterruptedException {
        LOG.info(
                "job begins: jobId={} model={} deviceClass={}",
                job.id(),
                job.model(),
                job.target().deviceClass());
        try (WorkerMetrics.Job measured = metrics.begin()) {
            Outcome outcome = run(job, measured);
            LOG.info("job ends: jobId={} outcome={}", job.id(), outcome);
            return outcome;
        }
    }

    private Outcome run(QuantizationJob job, WorkerMetrics.Job measured) throws InterruptedException {
        try (Workspace workspace = workDirectory.openWorkspace()) {
            return run(job, measured, workspace);
        } catch (IOException e) {
            return new Outcome.RetryLater(e.toString());
        } catch (RuntimeException e) {
            if (dying.getAsBoolean()) {
                return stopped(e);
            }
            // The outermost place that knows the job: a bug ends it, too, and upstream hears of it.
            LOG.error("a bug ends a job: jobId={}", job.id(), e);
            measured.ended("failed");
            return fail(job.id(), ReasonCode.INTERNAL, "the quantizer failed unexpectedly: " + e);
        }
    }

    private Outcome run(QuantizationJob job, WorkerMetrics.Job measured, Workspace workspace)
            throws IOException, InterruptedException {
        try {
            measured.ended(quantize(job, workspace));
            return new Outcome.Done();
        } catch (QuantizerException e) {
            if (cancelled.contains(job.id())) {
                measured.ended("cancelled");
                return endCancelled(job.id());
            }
            if (dying.getAsBoolean()) {
                return stopped(e);
            }
            if (OUTAGES.contains(e.code())) {
                return new Outcome.RetryLater(e.code() + ": " + e.getMessage());
            }
            measured.ended("failed");
            return fail(job.id(), e.code(), workspace.withoutItsPath(String.valueOf(e.getMessage())));
        }
    }

    // ONNX Runtime closes itself as soon as the program begins to end, beside the worker's own orderly stop.
    private static Outcome stopped(RuntimeException e) {
        return new Outcome.RetryLater("the worker was stopped while it was at the job: " + e.getMessage());
    }

    private String quantize(QuantizationJob job, Workspace workspace) throws IOException, InterruptedException {
        JobProgress throttled =
                new ThrottledProgress(job.id(), results, () -> cancelled.contains(job.id()), System::nanoTime);
        try (Steps steps = traces.steps(throttled, job)) {
            return quantize(job, workspace, steps);
        }
    }

    private String quantize(QuantizationJob job, Workspace workspace, JobProgress progress)
            throws IOException, InterruptedException {
        progress.report(QuantizationStep.QUANTIZATION_STEP_FETCH, 0);
        JobFiles files = new ArtifactFetcher(store).fetch(job.artifacts(), workspace);
        JobResult result = runner.run(job, files, progress);
        progress.report(QuantizationStep.QUANTIZATION_STEP_STORE, 1);
        StoredArtifact variant = store(result.variant());
        StoredArtifact probeSet = store(result.probeSet());
        StoredArtifact page = store(result.page());
        results.quantized(job.id(), result, new StoredVariant(variant, probeSet, page));
        runner.ended(job.id());
        return result.ready() ? "ready" : "rejected";
    }

    private StoredArtifact store(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return store.put(in);
        }
    }

    private Outcome endCancelled(String jobId) throws InterruptedException {
        return fail(jobId, ReasonCode.CANCELLED, "the job was cancelled");
    }

    private Outcome fail(String jobId, ReasonCode code, String message) throws InterruptedException {
        results.failed(jobId, code, message);
        runner.ended(jobId);
        LOG.warn("job fails: jobId={} code={} message={}", jobId, code, message);
        return new Outcome.Done();
    }
}
