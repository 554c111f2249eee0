package io.quantfleet.cli.demo;

import static io.quantfleet.cli.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.model.VariantCommand;
import io.quantfleet.cli.quantize.RegisterCommand;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackOptions;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.TokenArchive;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A language model on its whole way, with every program as it is packaged: registered, quantized, rolled out, measured, asked. */
class LanguageModelFleetIT {
    private static final LlamaShape SHAPE = new LlamaShape(50, 64, 2, 4, 2, 96, 12);
    private static final int SAMPLES = 80;
    private static final String DEVICE = "reader";
    private static final DemoFleet FLEET = new DemoFleet("readers", List.of(new DemoFleet.Member(DEVICE, "rpi-cpu")));
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path work;

    private static Stack stack;
    private static Installation installation;
    private static ControlPlaneClient api;
    private static Path description;
    private static Path tokens;

    @BeforeAll
    static void start() throws IOException {
        description = RandomLlama.write(work.resolve("model"), "tiny", SHAPE, 3);
        tokens = work.resolve("tokens.npz");
        TokenArchive.write(tokens, SHAPE.context(), itsOwnText(description.resolveSibling("tiny.onnx")));
        installation = Installation.current();
        stack = Stack.open(
                new StackOptions(work.resolve("data"), OptionalInt.empty(), 1),
                installation,
                Progress.onStandardError());
        stack.start();
        api = new ControlPlaneClient(stack.addresses().console());
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void takesALanguageModelToADeviceThatChecksItsNextTokens() throws Exception {
        JsonNode variant = registered(description, tokens);
        double accuracy = variant.at("/report/accuracy/variant").asDouble();
        assertThat(accuracy).isBetween(0.6, 1.0);
        assertThat(variant.at("/report/accuracy/fp32").asDouble()).isEqualTo(1.0);
        assertThat(variant.at("/report/accuracy/samples").asInt()).isEqualTo(SAMPLES * (SHAPE.context() - 1));
        assertThat(variant.at("/report/accuracy/perplexity/increasePercent").asDouble())
                .isLessThanOrEqualTo(10);
        assertThat(page("/models/tiny/versions/1")).contains("FP32 perplexity", "next tokens right", "Divergence");

        new EnrolStep(api, FLEET, stack, installation).perform(quietly());
        new RolloutStep(api, FLEET).perform(quietly(), "tiny", 1);

        await().untilAsserted(() -> {
            JsonNode device = api.read("devices/" + DEVICE);
            assertThat(device.path("state").asText()).isEqualTo("ACTIVE");
            assertThat(device.path("telemetryWindows").asInt()).isGreaterThan(2);
        });
        JsonNode device = api.read("devices/" + DEVICE);
        assertThat(device.path("accuracy").asDouble())
                .as("what devices measure is a sample of what the worker measured: %s", device)
                .isBetween(accuracy - 0.25, Math.min(1, accuracy + 0.25));
        JsonNode quality = api.read("telemetry/variants?model=tiny").at("/variants/0");
        assertThat(quality.at("/measured/inferences").asLong()).isPositive();
        assertThat(quality.has("drift")).as("of tokens: %s", quality).isFalse();
    }

    /** By the published description of the event, docs/asyncapi.yaml, and with nothing of ours. */
    @Test
    void quantizesALanguageModelThatAnotherProducerAnnounces() throws Exception {
        String yaml = Files.readString(description).replace("name: tiny", "name: announced");
        String event = """
                {"modelName": "announced",
                 "options": {"method": "awq", "maxPerplexityIncrease": 30, "maxDivergence": 0.2},
                 "deviceClasses": ["rpi-cpu", "gpu"],
                 "artifacts": {
                   "description": %s,
                   "onnx": {"name": "tiny.onnx", "artifact": %s},
                   "externalData": [{"name": "tiny.onnx.weights", "artifact": %s}],
                   "calibration": {"name": "tokens.npz", "artifact": %s},
                   "validation": {"name": "tokens.npz", "artifact": %s}}}
                """.formatted(
                        stored(yaml.getBytes(UTF_8)),
                        stored(Files.readAllBytes(description.resolveSibling("tiny.onnx"))),
                        stored(Files.readAllBytes(description.resolveSibling("tiny.onnx.weights"))),
                        stored(Files.readAllBytes(tokens)),
                        stored(Files.readAllBytes(tokens)));
        announce("announced", event);

        JsonNode variant = finished("announced", "rpi-cpu");
        assertThat(variant.path("state").asText()).as(variant.toPrettyString()).isEqualTo("READY");
        assertThat(variant.at("/report/method").asText()).startsWith("awq-int4-b32");
        assertThat(variant.at("/report/accuracy/perplexity/increasePercent").asDouble())
                .isLessThanOrEqualTo(30);
        assertThat(variant.at("/report/accuracy/divergence").asDouble()).isBetween(1e-6, 0.2);
        JsonNode refused = finished("announced", "gpu");
        assertThat(refused.path("state").asText()).as(refused.toPrettyString()).isEqualTo("FAILED");
        assertThat(refused.toString()).contains("gpu can't run models of the method awq");
        assertThat(api.read("models/announced/versions/1").path("source").asText())
                .isEqualTo("EVENT");
    }

    private static void announce(String key, String event) throws Exception {
        Map<String, String> headers = Map.of(
                "ce_specversion", "1.0",
                "ce_id", UUID.randomUUID().toString(),
                "ce_type", "io.quantfleet.model-version-registered.v1",
                "ce_source", "/my-pipeline",
                "content-type", "application/json");
        ProducerRecord<String, String> message = new ProducerRecord<>("quantfleet.model-events.v1", key, event);
        headers.forEach((name, value) -> message.headers().add(name, value.getBytes(UTF_8)));
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.addresses().kafka()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(message).get();
        }
    }

    /** Puts a file into the object store; what is said of it there goes into the event. */
    private static String stored(byte[] content) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(stack.addresses().console().resolve("/api/v1/artifacts"))
                                .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
                                .header("content-type", "application/octet-stream")
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static JsonNode registered(Path description, Path tokens) throws IOException {
        run(
                new RegisterCommand(),
                description.toString(),
                "--calibration",
                tokens.toString(),
                "--validation",
                tokens.toString(),
                "--method",
                "gptq",
                "--max-perplexity-increase",
                "10");
        JsonNode variant = finished("tiny", "rpi-cpu");
        assertThat(variant.path("state").asText()).as(variant.toPrettyString()).isEqualTo("READY");
        assertThat(run(new VariantCommand(), "list", "tiny", "1")).contains("PERPLEXITY", "rpi-cpu");
        return variant;
    }

    /** A variant of the model's first version, once it is decided. */
    private static JsonNode finished(String model, String deviceClass) throws IOException {
        // What was announced is not a model at once.
        await().ignoreExceptionsInstanceOf(CliException.class).until(() -> api.modelVersions(model).stream()
                .flatMap(version -> version.variants().stream())
                .anyMatch(made -> made.deviceClass().equals(deviceClass) && made.isFinal()));
        for (JsonNode variant : JSON.readTree(run(new VariantCommand(), "list", model, "1", "-o", "json"))) {
            if (variant.path("deviceClass").asText().equals(deviceClass)) {
                return variant;
            }
        }
        throw new AssertionError("no variant for " + deviceClass);
    }

    /** Text of which FP32 knows every next token, because it wrote it: after the first one always the likeliest. */
    private static int[] itsOwnText(Path onnx) {
        int context = SHAPE.context();
        int[] text = new int[SAMPLES * context];
        Random random = new Random(5);
        try (OnnxSession session = OnnxSession.open(onnx, RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(SAMPLES);
            IntStream.range(0, SAMPLES).forEach(sample -> text[sample * context] = random.nextInt(SHAPE.vocabulary()));
            for (int place = 1; place < context; place++) {
                ByteBuffer ids = batch.input("input_ids");
                ids.clear();
                IntStream.of(text).forEach(ids::putLong);
                batch.run(SAMPLES);
                float[] scores = batch.output("logits").floats();
                for (int sample = 0; sample < SAMPLES; sample++) {
                    int at = (sample * context + place - 1) * SHAPE.vocabulary();
                    text[sample * context + place] = IntStream.range(0, SHAPE.vocabulary())
                            .reduce(0, (best, token) -> scores[at + token] > scores[at + best] ? token : best);
                }
            }
        }
        return text;
    }

    private static Progress.Step quietly() {
        return Progress.onStandardError().begin("");
    }

    private static String run(Object command, String... arguments) {
        StringWriter screen = new StringWriter();
        StringWriter errors = new StringWriter();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--control-plane", stack.addresses().console().toString()));
        int code = new CommandLine(command)
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true))
                .execute(all.toArray(String[]::new));
        assertThat(code).as(errors.toString()).isZero();
        return screen.toString();
    }

    private static String page(String path) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(stack.addresses().console().resolve(path))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
