package io.quantfleet.agent.app;

import io.quantfleet.agent.apply.FetchSettings;
import io.quantfleet.agent.serve.ExecutionProvider;
import io.quantfleet.protocols.DeviceId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options as texts. They are read all together, so that one attempt shows everything that is wrong with them. */
final class AgentOptions {
    private static final Pattern DEVICE_CLASS = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    @Option(
            names = "--control-plane",
            paramLabel = "URL",
            defaultValue = "${env:QUANTFLEET_AGENT_CONTROL_PLANE}",
            description = "Address of the control plane, http://HOST:PORT. Needed to enrol; an enrolled device keeps "
                    + "what it was told.")
    @Nullable
    String controlPlane;

    @Option(
            names = "--device-id",
            paramLabel = "ID",
            defaultValue = "${env:QUANTFLEET_AGENT_DEVICE_ID}",
            description = "Name of this device, unique in its installation.")
    @Nullable
    String deviceId;

    @Option(
            names = "--device-class",
            paramLabel = "CLASS",
            defaultValue = "${env:QUANTFLEET_AGENT_DEVICE_CLASS}",
            description = "Kind of hardware this is, for example rpi-cpu.")
    @Nullable
    String deviceClass;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "${env:QUANTFLEET_AGENT_STATE_DIR}",
            description = "Where the agent keeps its identity, its models and what it has not delivered. One agent per "
                    + "directory.")
    @Nullable
    String stateDir;

    @Option(
            names = "--enrolment-token",
            paramLabel = "TOKEN",
            defaultValue = "${env:QUANTFLEET_AGENT_ENROLMENT_TOKEN}",
            description = "Allows this device to join a fleet. Needed once; prefer the environment variable, which "
                    + "other users can't see.")
    @Nullable
    String enrolmentToken;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE",
            description = "A label to enrol with, for choosing devices by. May be given several times.")
    List<String> labels = new ArrayList<>();

    @Option(
            names = "--telemetry-interval",
            paramLabel = "DURATION",
            defaultValue = "${env:QUANTFLEET_AGENT_TELEMETRY_INTERVAL:-60s}",
            description = "Length of a telemetry window, for example 10s or 5m. Default: 60s.")
    String telemetryInterval = "60s";

    @Option(
            names = "--probe-rate",
            paramLabel = "RATE",
            defaultValue = "${env:QUANTFLEET_AGENT_PROBE_RATE:-2/s}",
            description = "How often to run the model on a sample of its probe set, for example 2/s or 30/m. "
                    + "Default: 2/s.")
    String probeRate = "2/s";

    @Option(
            names = "--fetch",
            paramLabel = "WAY",
            defaultValue = "${env:QUANTFLEET_AGENT_FETCH:-auto}",
            description = "How to fetch variants where a manifest names two ways: mqtt, http or auto, which is mqtt "
                    + "unless the broker does not have them. Default: auto.")
    String fetch = "auto";

    @Option(
            names = "--bandwidth",
            paramLabel = "RATE",
            defaultValue = "${env:QUANTFLEET_AGENT_BANDWIDTH}",
            description = "Fetch no faster than this on average, for example 200KiB/s or 1MiB/s. Default: no limit.")
    @Nullable
    String bandwidth;

    @Option(
            names = "--reconnect-spread",
            paramLabel = "DURATION",
            defaultValue = "${env:QUANTFLEET_AGENT_RECONNECT_SPREAD:-2s}",
            description = "After a restart or a lost connection, wait a random part of this before connecting, so that "
                    + "a fleet does not come back all at once. Default: 2s.")
    String reconnectSpread = "2s";

    @Option(
            names = "--health-file",
            paramLabel = "FILE",
            defaultValue = "${env:QUANTFLEET_AGENT_HEALTH_FILE}",
            description =
                    "A file that is written anew every 10 seconds while the agent is alive; it names the model that "
                            + "serves. An agent is not healthy if the file is older than a minute.")
    @Nullable
    String healthFile;

    @Option(
            names = "--execution-provider",
            paramLabel = "NAME[,NAME]",
            defaultValue = "${env:QUANTFLEET_AGENT_EXECUTION_PROVIDER:-auto}",
            description =
                    "What ONNX Runtime runs models on, the best first: tensorrt, cuda, openvino, qnn, nnapi, coreml, "
                            + "webgpu, acl, dnnl, xnnpack, cpu. auto does as the device class asks. Where none of them works it is the "
                            + "CPU, and the device's reports say why. Default: auto.")
    String executionProvider = "auto";

    @Option(
            names = "--inference-port",
            paramLabel = "PORT",
            defaultValue = "${env:QUANTFLEET_AGENT_INFERENCE_PORT}",
            description = "Answer programs on this device, on this port of the loopback interface: the Open Inference "
                    + "Protocol v2. 0 takes any free port, and writes it to the file inference-port in the state "
                    + "directory. Default: answer none.")
    @Nullable
    String inferencePort;

    @Option(
            names = "--inference-max-request",
            paramLabel = "SIZE",
            defaultValue = "${env:QUANTFLEET_AGENT_INFERENCE_MAX_REQUEST:-8MiB}",
            description = "How large a request may be, for example 512KiB or 8MiB. Default: 8MiB.")
    String inferenceMaxRequest = "8MiB";

    @Option(
            names = "--feedback-within",
            paramLabel = "DURATION",
            defaultValue = "${env:QUANTFLEET_AGENT_FEEDBACK_WITHIN:-1h}",
            description = "How long after a request its true labels are taken. Default: 1h.")
    String feedbackWithin = "1h";

    /** Reads every option; what is wrong is added to {@code faults}, and then nothing is returned. */
    Optional<AgentConfig> read(List<String> faults) {
        Optional<DeviceId> id = required("--device-id", deviceId, DeviceId::new, faults);
        Optional<String> kind = required("--device-class", deviceClass, AgentOptions::deviceClass, faults);
        Optional<Path> directory = required("--state-dir", stateDir, Path::of, faults);
        Optional<URI> server = optional("--control-plane", controlPlane, AgentOptions::httpAddress, faults);
        Optional<Path> health = optional("--health-file", healthFile, Path::of, faults);
        Optional<Duration> interval = required("--telemetry-interval", telemetryInterval, Texts::duration, faults);
        Optional<Duration> period = required("--probe-rate", probeRate, Texts::periodOfRate, faults);
        Optional<List<ExecutionProvider>> providers =
                required("--execution-provider", executionProvider, Texts::executionProviders, faults);
        Optional<Integer> port = optional("--inference-port", inferencePort, Texts::port, faults);
        Optional<Long> request = required("--inference-max-request", inferenceMaxRequest, Texts::bytes, faults);
        Optional<Duration> feedback = required("--feedback-within", feedbackWithin, Texts::duration, faults);
        Optional<FetchSettings.Preference> way = required("--fetch", fetch, AgentOptions::way, faults);
        Optional<Long> cap = optional("--bandwidth", bandwidth, Texts::bytesPerSecond, faults);
        Optional<Duration> spread = required("--reconnect-spread", reconnectSpread, Texts::duration, faults);
        Map<String, String> pairs = labels(faults);
        if (!faults.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new AgentConfig(
                server,
                id.orElseThrow(),
                kind.orElseThrow(),
                directory.orElseThrow(),
                Optional.ofNullable(enrolmentToken).filter(token -> !token.isBlank()),
                pairs,
                interval.orElseThrow(),
                period.orElseThrow(),
                new AgentConfig.Network(
                        new FetchSettings(
                                way.orElseThrow(), cap.map(OptionalLong::of).orElseGet(OptionalLong::empty)),
                        spread.orElseThrow()),
                health,
                providers.orElseThrow(),
                port.map(number -> new AgentConfig.Inference(number, request.orElseThrow(), feedback.orElseThrow()))));
    }

    private Map<String, String> labels(List<String> faults) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String label : labels) {
            int equals = label.indexOf('=');
            if (equals <= 0) {
                faults.add("--label '" + label + "': expected KEY=VALUE");
            } else if (pairs.put(label.substring(0, equals), label.substring(equals + 1)) != null) {
                faults.add("--label '" + label + "': the key is given twice");
            }
        }
        return pairs;
    }

    private static <T> Optional<T> required(
            String name, @Nullable String text, Function<String, T> reader, List<String> faults) {
        if (text == null || text.isBlank()) {
            faults.add(name + " is missing (or set " + environmentName(name) + ")");
            return Optional.empty();
        }
        return optional(name, text, reader, faults);
    }

    private static <T> Optional<T> optional(
            String name, @Nullable String text, Function<String, T> reader, List<String> faults) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(text));
        } catch (IllegalArgumentException e) {
            faults.add(name + " '" + text + "': " + e.getMessage());
            return Optional.empty();
        }
    }

    private static String environmentName(String option) {
        return "QUANTFLEET_AGENT" + option.substring(1).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static FetchSettings.Preference way(String text) {
        return switch (text) {
            case "auto" -> FetchSettings.Preference.AUTO;
            case "mqtt" -> FetchSettings.Preference.MQTT;
            case "http" -> FetchSettings.Preference.HTTP;
            default -> throw new IllegalArgumentException("expected mqtt, http or auto");
        };
    }

    private static String deviceClass(String text) {
        if (!DEVICE_CLASS.matcher(text).matches()) {
            throw new IllegalArgumentException("expected lower-case letters, digits and '-'");
        }
        return text;
    }

    private static URI httpAddress(String text) {
        URI uri = URI.create(text);
        if (uri.getHost() == null || !List.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
            throw new IllegalArgumentException("expected an address such as http://host:8080");
        }
        return uri;
    }
}
