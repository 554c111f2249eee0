package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.artifact.JdbiArtifacts;
import io.quantfleet.controlplane.delta.Deltas;
import io.quantfleet.controlplane.events.EventHandler;
import io.quantfleet.controlplane.events.Outcome;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.VariantQuantized;
import io.quantfleet.protocols.v1.Verdict;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Ends a job with its variant. The first end of a job counts; whatever comes after it for the same job is ignored. */
@Singleton
class VariantQuantizedHandler implements EventHandler<VariantQuantized> {
    private static final Logger LOG = Logger.getLogger(VariantQuantizedHandler.class);

    private final JdbiJobs jobs;
    private final JdbiVariants variants;
    private final JdbiArtifacts artifacts;
    private final Deltas deltas;
    private final ObjectMapper json;
    private final Clock clock;

    VariantQuantizedHandler(
            JdbiJobs jobs,
            JdbiVariants variants,
            JdbiArtifacts artifacts,
            Deltas deltas,
            ObjectMapper json,
            Clock clock) {
        this.jobs = jobs;
        this.variants = variants;
        this.artifacts = artifacts;
        this.deltas = deltas;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public Class<VariantQuantized> messageType() {
        return VariantQuantized.class;
    }

    @Override
    public Outcome handle(Tx tx, VariantQuantized event, String eventId) {
        UUID id = JobIds.parse(event.getJobId());
        JdbiJobs.Job job =
                jobs.lock(tx, id).orElseThrow(() -> ControlPlaneException.notFound("quantization job " + id));
        if (job.state().isFinal()) {
            return Outcome.DONE;
        }
        Instant now = clock.instant();
        JdbiVariants.Variant variant = variant(job, event);
        jobs.succeeded(tx, id, event.getWorkerId(), now);
        artifacts.record(tx, new StoredArtifact(variant.sha256(), variant.bytes()), now);
        artifacts.record(tx, new StoredArtifact(variant.probeSet(), variant.probeSetBytes()), now);
        variant.page().ifPresent(page -> artifacts.record(tx, page, now));
        variants.insert(tx, variant, now);
        if (variant.ready()) {
            deltas.variantReady(tx, job.model().model(), job.deviceClass(), variant.sha256());
        }
        LOG.infof(
                "variant %s: model=%s deviceClass=%s bytes=%d jobId=%s",
                variant.ready() ? "ready" : "rejected", job.model(), job.deviceClass(), variant.bytes(), id);
        return Outcome.DONE;
    }

    private JdbiVariants.Variant variant(JdbiJobs.Job job, VariantQuantized event) {
        if (event.getVerdict() != Verdict.VERDICT_READY && event.getVerdict() != Verdict.VERDICT_REJECTED) {
            throw ControlPlaneException.invalid("job " + job.id() + " ended without a verdict");
        }
        try {
            StoredArtifact file = StoredArtifact.of(event.getVariant());
            StoredArtifact probeSet = StoredArtifact.of(event.getProbeSet());
            return new JdbiVariants.Variant(
                    job.id(),
                    job.model(),
                    job.deviceClass(),
                    event.getVerdict() == Verdict.VERDICT_READY,
                    event.getReasonsList(),
                    file.sha256(),
                    file.size(),
                    probeSet.sha256(),
                    probeSet.size(),
                    event.getProbeSamples(),
                    event.getProbeAccuracy(),
                    event.hasProbeAccuracyFp32() ? Optional.of(event.getProbeAccuracyFp32()) : Optional.empty(),
                    report(job, event.getReportJson()),
                    event.hasReportPage() ? Optional.of(StoredArtifact.of(event.getReportPage())) : Optional.empty());
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("job " + job.id() + " names no artifact: " + e.getMessage());
        }
    }

    private String report(JdbiJobs.Job job, String text) {
        try {
            JsonNode report = json.readTree(text);
            if (report != null && report.isObject()) {
                return report.toString();
            }
        } catch (JsonProcessingException e) {
            LOG.debugf(e, "the report of job %s", job.id());
        }
        throw ControlPlaneException.invalid("the report of job " + job.id() + " is no JSON object");
    }
}
