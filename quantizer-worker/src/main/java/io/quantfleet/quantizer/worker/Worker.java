package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.DirectoryObjectStore;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker: its parts put together, and its life. {@link #run()} belongs to one thread and lasts until {@link #close()},
 * which any thread may call and which waits, at most for {@link #STOP_LIMIT}.
 */
final class Worker implements AutoCloseable {
    /** How long a stop takes at most. */
    static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final Duration JOB_STOP_PATIENCE = Duration.ofSeconds(3);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);
    private static final Duration FIRST_RETRY_PAUSE = Duration.ofSeconds(1);

    private final WorkerSettings settings;
    private final JobRunner runner;
    private final WorkerTraces traces;
    private final Capabilities capabilities;
    private final WorkerMetrics metrics;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Optional<JobCourier> courier = Optional.empty();
    private volatile Optional<KafkaCluster> waitedFor = Optional.empty();
    private volatile Optional<KafkaWatch> watch = Optional.empty();

    /** @param traces stay the caller's to close */
    Worker(WorkerSettings settings, JobRunner runner, WorkerTraces traces) {
        this(settings, runner, traces, Capabilities.ofThisProcess());
    }

    /**
     * @param traces stay the caller's to close
     * @param capabilities which jobs it takes
     */
    Worker(WorkerSettings settings, JobRunner runner, WorkerTraces traces, Capabilities capabilities) {
        this.traces = traces;
        this.settings = settings;
        this.runner = runner;
        this.capabilities = capabilities;
        this.metrics = new WorkerMetrics(capabilities);
    }

    /**
     * Works until closed.
     *
     * @throws QuantizerException if a directory or the port is not to be had
     * @throws IllegalStateException if Kafka has no share groups
     */
    void run() throws InterruptedException {
        try (WorkDirectory work = WorkDirectory.open(settings.workDirectory(), settings.workerId());
                KafkaCluster kafka = KafkaCluster.at(settings.kafka())) {
            ObjectStore store = new DirectoryObjectStore(settings.objectStore());
            try (AutoCloseable endpoint = endpoint(store)) {
                LOG.debug("endpoint={}", endpoint);
                work(kafka, store, work);
            }
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new QuantizerException(ReasonCode.STORAGE_FAILED, "the worker can't run: " + e, e);
        } finally {
            stopped.countDown();
        }
    }

    private void work(KafkaCluster kafka, ObjectStore store, WorkDirectory work) throws InterruptedException {
        waitedFor = Optional.of(kafka);
        Optional<Integer> deliveryLimit =
                kafka.prepare(settings.topics().workersGroup(), settings.lockDuration(), stopping);
        if (deliveryLimit.isEmpty()) {
            return;
        }
        Producer<byte[], byte[]> producer = KafkaClients.producer(settings);
        CancelledJobs cancelled = new CancelledJobs();
        try (KafkaWatch watching = new KafkaWatch(kafka);
                KafkaCancellations hearing = new KafkaCancellations(
                                () -> KafkaClients.reader(settings),
                                settings.topics().quantizationControl(),
                                cancelled)
                        .start()) {
            hearing.awaitPast();
            watch = Optional.of(watching);
            JobCourier carrying = courier(store, work, producer, cancelled, deliveryLimit.get());
            courier = Optional.of(carrying);
            if (stopping.getCount() > 0) {
                LOG.info(
                        "waiting for jobs: workerId={} kafka={} capabilities={}",
                        settings.workerId(),
                        settings.kafka(),
                        capabilities.names());
                carrying.run();
            }
        } finally {
            producer.close(CLOSE_PATIENCE);
        }
    }

    private JobCourier courier(
            ObjectStore store,
            WorkDirectory work,
            Producer<byte[], byte[]> producer,
            CancelledJobs cancelled,
            int deliveryLimit) {
        KafkaResults results = new KafkaResults(producer, settings.topics(), settings.workerId(), Clock.systemUTC());
        JobHandler handler =
                new JobHandler(store, work, runner, results, cancelled, metrics, traces, ProgramEnd::hasBegun);
        List<JobQueue> queues = capabilities.topics(settings.topics()).stream()
                .map(topic -> (JobQueue) new KafkaJobQueue(
                        () -> KafkaClients.shareConsumer(settings), topic, settings.lockDuration(), deliveryLimit))
                .toList();
        JobQueue queue = queues.size() == 1 ? queues.get(0) : new EitherQueue(queues);
        return new JobCourier(
                queue,
                delivery -> traces.around(delivery, new JobAttempt(delivery, handler, results, FIRST_RETRY_PAUSE)),
                metrics,
                JOB_STOP_PATIENCE);
    }

    private AutoCloseable endpoint(ObjectStore store) throws IOException {
        if (settings.httpPort() == 0) {
            return () -> {};
        }
        return WorkerHttpEndpoint.open(settings.httpPort(), () -> health(store), capabilities.names(), metrics);
    }

    private Map<String, Boolean> health(ObjectStore store) {
        Map<String, Boolean> parts = new LinkedHashMap<>();
        parts.put("kafka", watch.filter(KafkaWatch::isUp).isPresent());
        parts.put("object-store", store.isWritable());
        return parts;
    }

    /** Takes no more jobs, ends or gives back the one under way, and waits until that is done. */
    @Override
    public void close() {
        stopping.countDown();
        courier.ifPresentOrElse(JobCourier::stop, () -> waitedFor.ifPresent(KafkaCluster::abort));
        try {
            if (!stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the worker did not stop in time; what it holds will be delivered again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
