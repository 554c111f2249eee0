package io.quantfleet.controlplane.model;

import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.device.DeviceClass;
import io.quantfleet.controlplane.outbox.JdbiOutbox;
import io.quantfleet.controlplane.outbox.OutboxEvent;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.AccuracyBudget;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationOptions;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Plans one quantization job for each device class, and tells the workers by the outbox. */
@Singleton
class JobPlanner {
    /** What needs the engine for training, as a method and as a technique. */
    private static final Set<String> TRAINING = Set.of("qat", "brecq", "block-reconstruction");

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

    /**
     * What a job is given beside the model.
     *
     * @param maxLossPoints percentage points of accuracy that the variant may lose; empty for a language model, whose budget
     *     is among the options
     * @param options how to quantize; what it does not say is left to the worker
     */
    record Terms(Optional<Double> maxLossPoints, QuantizationOptions options) {
        /** Whether a job on these terms may train, so that it is one for workers that can. */
        boolean trains(ModelArtifacts artifacts) {
            String method = options.getMethod();
            boolean auto = method.isEmpty() || method.equals("auto");
            boolean asked = options.getTechniquesList().stream().anyMatch(TRAINING::contains);
            boolean allowed = options.getTechniquesCount() == 0 || asked;
            return auto
                    ? allowed && (artifacts.hasTraining() || options.getDistillation())
                    : asked || TRAINING.contains(method);
        }
    }

    /** Tells of a version registered over REST; the planner itself reads that event, as it reads any producer's. */
    void announce(Tx tx, ModelVersionId id, NewModelVersion version, QuantizationOptions options) {
        Instant now = clock.instant();
        ModelVersionRegistered.Builder event = ModelVersionRegistered.newBuilder()
                .setModelName(id.model())
                .setVersion(id.version())
                .setArtifacts(version.artifacts())
                .setOptions(options)
                .setRegisteredAt(
                        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
        version.maxLossPoints().ifPresent(points -> event.setBudget(budget(points)));
        outbox.add(tx, ids.next().toString(), OutboxEvent.MODEL_VERSION_REGISTERED, id.model(), event.build());
    }

    /** Plans the jobs of a version that are not planned yet. */
    void plan(Tx tx, ModelVersionId id, ModelArtifacts artifacts, Terms terms, List<DeviceClass> classes) {
        for (DeviceClass deviceClass : classes) {
            request(
                    tx,
                    new JdbiJobs.Job(ids.next(), id, deviceClass.name(), 1, JobState.QUEUED),
                    deviceClass,
                    artifacts,
                    terms);
        }
    }

    /**
     * Plans a further attempt for each class.
     *
     * @throws ControlPlaneException {@code ILLEGAL_STATE} if the attempt before it is under way
     */
    List<JdbiJobs.Job> planAgain(
            Tx tx, ModelVersionId id, ModelArtifacts artifacts, Terms terms, List<DeviceClass> classes) {
        List<JdbiJobs.Job> planned = new ArrayList<>();
        for (DeviceClass deviceClass : classes) {
            Optional<JdbiJobs.Job> last = jobs.lockLatest(tx, id, deviceClass.name());
            last.filter(job -> !job.state().isFinal()).ifPresent(job -> {
                throw new ControlPlaneException(
                        ReasonCode.ILLEGAL_STATE,
                        id + " is being quantized for '" + deviceClass.name() + "' (" + job.state() + "): wait for job "
                                + job.id() + " to end, or cancel it");
            });
            int attempt = last.map(JdbiJobs.Job::attempt).orElse(0) + 1;
            JdbiJobs.Job job = new JdbiJobs.Job(ids.next(), id, deviceClass.name(), attempt, JobState.QUEUED);
            request(tx, job, deviceClass, artifacts, terms);
            planned.add(job);
        }
        return planned;
    }

    private void request(Tx tx, JdbiJobs.Job job, DeviceClass deviceClass, ModelArtifacts artifacts, Terms terms) {
        boolean trains = terms.trains(artifacts);
        if (jobs.insert(tx, job, terms, trains, clock.instant())) {
            outbox.add(
                    tx,
                    requestId(job.id()),
                    trains ? OutboxEvent.TRAINING_JOB_REQUESTED : OutboxEvent.QUANTIZATION_JOB_REQUESTED,
                    job.id().toString(),
                    message(job, deviceClass, artifacts, terms));
        }
    }

    private QuantizationJobRequested message(
            JdbiJobs.Job job, DeviceClass deviceClass, ModelArtifacts artifacts, Terms terms) {
        QuantizationJobRequested.Builder message = QuantizationJobRequested.newBuilder()
                .setJobId(job.id().toString())
                .setModelName(job.model().model())
                .setModelVersion(job.model().version())
                .setDeviceClass(deviceClass.name())
                .setProfileYaml(deviceClass.profile())
                .setArtifacts(artifacts)
                .setSeed(seed(artifacts))
                .setProbeSamples(defaults.probeSamples())
                .setOptions(terms.options());
        terms.maxLossPoints().ifPresent(points -> message.setBudget(budget(points)));
        return message.build();
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
