package io.quantfleet.controlplane.model;

import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.device.DeviceClass;
import io.quantfleet.controlplane.outbox.JdbiOutbox;
import io.quantfleet.controlplane.outbox.OutboxEvent;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.v1.AccuracyBudget;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Plans one quantization job for each device class, and tells the workers by the outbox. */
@Singleton
class JobPlanner {
    private final JdbiJobs jobs;
    private final JdbiOutbox outbox;
    private final QuantizationDefaults defaults;
    private final Ids ids;
    private final Clock clock;

    JobPlanner(JdbiJobs jobs, JdbiOutbox outbox, QuantizationDefaults defaults, Ids ids, Clock clock) {
        this.jobs = jobs;
        this.outbox = outbox;
        this.defaults = defaults;
        this.ids = ids;
        this.clock = clock;
    }

    /** Tells of a version registered over REST; the planner itself reads that event, as it reads any producer's. */
    void announce(Tx tx, ModelVersionId id, NewModelVersion version) {
        Instant now = clock.instant();
        outbox.add(
                tx,
                ids.next().toString(),
                OutboxEvent.MODEL_VERSION_REGISTERED,
                id.model(),
                ModelVersionRegistered.newBuilder()
                        .setModelName(id.model())
                        .setVersion(id.version())
                        .setArtifacts(version.artifacts())
                        .setBudget(budget(version.maxLossPoints()))
                        .setRegisteredAt(Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                        .build());
    }

    /** Plans the jobs of a version that are not planned yet. */
    void plan(Tx tx, ModelVersionId id, ModelArtifacts artifacts, double maxLossPoints, List<DeviceClass> classes) {
        for (DeviceClass deviceClass : classes) {
            JdbiJobs.Job job = new JdbiJobs.Job(ids.next(), id, deviceClass.name(), JobState.QUEUED);
            if (jobs.insert(tx, job, clock.instant())) {
                outbox.add(
                        tx,
                        requestId(job.id()),
                        OutboxEvent.QUANTIZATION_JOB_REQUESTED,
                        job.id().toString(),
                        QuantizationJobRequested.newBuilder()
                                .setJobId(job.id().toString())
                                .setModelName(id.model())
                                .setModelVersion(id.version())
                                .setDeviceClass(deviceClass.name())
                                .setProfileYaml(deviceClass.profile())
                                .setArtifacts(artifacts)
                                .setBudget(budget(maxLossPoints))
                                .setSeed(seed(artifacts))
                                .setProbeSamples(defaults.probeSamples())
                                .build());
            }
        }
    }

    private static String requestId(UUID job) {
        return "request-" + job;
    }

    /** The same graph gives the same seed, so that a job done again gives the same variant. */
    private static long seed(ModelArtifacts artifacts) {
        return Long.parseUnsignedLong(
                artifacts.getOnnx().getArtifact().getSha256().substring(0, 15), 16);
    }

    private static AccuracyBudget budget(double maxLossPoints) {
        return AccuracyBudget.newBuilder().setMaxLossPoints(maxLossPoints).build();
    }
}
