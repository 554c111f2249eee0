package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The quantizer worker as a program: {@code java -jar quantizer-worker.jar}. */
@Command(
        name = "quantizer-worker",
        mixinStandardHelpOptions = true,
        versionProvider = WorkerMain.Version.class,
        sortOptions = false,
        description = "Takes quantization jobs from Kafka, makes the variants and publishes how they turned out.",
        footer = {
            "",
            "Every option can be given as an environment variable, too: QUANTFLEET_WORKER_KAFKA for --kafka, and so on.",
            "Kafka must have share groups (4.2 or later, share.version=1). Stop with SIGTERM: a job that does not end",
            "within seconds is given back and done by another worker."
        })
public final class WorkerMain implements Callable<Integer> {
    @Option(names = "--kafka", required = true, paramLabel = "HOST:PORT", description = "Where Kafka is.")
    private String kafka = "";

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Put before the name of every topic and group. Default: none.")
    private String topicPrefix = "";

    @Option(
            names = "--object-store",
            required = true,
            paramLabel = "DIR",
            description = "The object store, shared with the control plane.")
    private Path objectStore = Path.of("");

    @Option(
            names = "--work-dir",
            required = true,
            paramLabel = "DIR",
            description =
                    "Where jobs keep their files while they run, and what later jobs of a model may need, 64 MiB at"
                            + " most. Workers may share it. On the object store's file system nothing needs to be copied.")
    private Path workDirectory = Path.of("");

    @Option(
            names = "--worker-id",
            paramLabel = "ID",
            description = "Names this worker in events and logs. Default: made of the host's name and the process id.")
    private String workerId = defaultId();

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Serves /health and /metrics there; 0 serves nothing. Default: ${DEFAULT-VALUE}.")
    private int httpPort;

    @Option(
            names = "--lock-duration",
            paramLabel = "DURATION",
            description = "How long a job stays with a worker that no longer answers, as ISO 8601. The broker sets the"
                    + " bounds. Default: ${DEFAULT-VALUE}.")
    private Duration lockDuration = Duration.ofSeconds(15);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs the program; the exit status is 1 if it could not run, 2 for wrong options. */
    public static void main(String[] args) {
        // By name: other jars on the class path may bring a logback.xml of their own.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "io/quantfleet/quantizer/worker/logback.xml");
        }
        System.exit(commandLine(System.getenv()).execute(args));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new WorkerMain())
                .setDefaultValueProvider(new EnvironmentDefaults(environment))
                .setUsageHelpWidth(110)
                .setUsageHelpAutoWidth(false)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (e instanceof QuantizerException || e instanceof IllegalStateException) {
                        command.getErr().println("quantizer-worker: " + e.getMessage());
                        return 1;
                    }
                    throw e;
                });
    }

    @Override
    public Integer call() throws Exception {
        WorkerSettings settings = settings();
        // Jobs of one model for several device classes calibrate once, whichever worker of this directory has them.
        Quantizer quantizer = Quantizer.builder()
                .cache(WorkDirectory.cache(settings.workDirectory()))
                .build();
        try (WorkerTraces traces = WorkerTraces.of(System.getenv())) {
            JobRunner runner = new QuantizerJobRunner(quantizer, Checkpoints.beside(settings.objectStore()));
            Worker worker = new Worker(settings, runner, traces);
            Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "stop"));
            worker.run();
        }
        return 0;
    }

    private static String defaultId() {
        String host = System.getenv().getOrDefault("HOSTNAME", "host").replaceAll("[^A-Za-z0-9.-]", "-");
        String tail = host.substring(Math.max(0, host.length() - 48));
        return "w-" + tail + "-" + ProcessHandle.current().pid();
    }

    private WorkerSettings settings() {
        try {
            return new WorkerSettings(
                    kafka, new KafkaTopics(topicPrefix), objectStore, workDirectory, workerId, httpPort, lockDuration);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Reads the version that the build wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = WorkerMain.class.getPackage().getImplementationVersion();
            return new String[] {"quantizer-worker " + (version == null ? "(not packaged)" : version)};
        }
    }
}
