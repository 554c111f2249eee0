package io.quantfleet.agent.inference;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.inference.ServedModel.Serving;
import io.quantfleet.agent.serve.ClientRequests;
import io.quantfleet.agent.serve.ErrorKind;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.OrtModelLoader;
import io.quantfleet.agent.serve.Predictor;
import io.quantfleet.agent.serve.ServingLoop;
import io.quantfleet.agent.serve.ServingObserver;
import io.quantfleet.agent.testkit.CountingLanguageModel;
import io.quantfleet.agent.testkit.TinyModel;
import io.quantfleet.protocols.v1.ProbeSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API as a program on the device meets it: over HTTP, with ONNX Runtime behind it. */
class InferenceServerIT implements RequestObserver, ServingObserver {
    private static final int LARGEST = 100_000;
    private static final String BRIGHTEST_IS_2 = """
            {"id": "q1", "inputs": [{"name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0, 0.5, 0.75, 0.1]}]}
            """;

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger right = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final ClientRequests clients = new ClientRequests(nanos::get);
    private final ServingLoop loop = new ServingLoop(this, Duration.ofDays(1), new Random(1));
    private volatile String version = "0";
    private InferenceApi api;
    private InferenceServer server;

    @BeforeEach
    void start() {
        ServedModel served = new ServedModel() {
            @Override
            public <T> Optional<T> use(Function<Serving, T> user) {
                return loop.use(
                        model -> user.apply(new Serving("brightest", version, "d" + version, model.predictor())));
            }
        };
        api = new InferenceApi(served, this, "1.2.3", Duration.ofMinutes(1), clients);
        server = InferenceServer.start(api, 0, LARGEST);
    }

    @AfterEach
    void stop() {
        server.close();
        loop.close();
    }

    @Test
    void saysWhatItIsAndThatNothingServesYet() throws Exception {
        assertThat(get("/v2").body())
                .isEqualTo(
                        "{\"name\":\"quantfleet-edge-agent\",\"version\":\"1.2.3\",\"extensions\":[\"binary_tensor_data\"]}");
        assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/v2/health/ready").statusCode()).isEqualTo(400);
        HttpResponse<String> refused = post("/v2/models/brightest/infer", BRIGHTEST_IS_2);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(error(refused)).contains("no model serves yet");
    }

    @Test
    void describesTheModelThatServes() throws Exception {
        serve(1, TinyModel.onnxOfBatches());

        assertThat(get("/v2/health/ready").statusCode()).isEqualTo(200);
        assertThat(get("/v2/models/brightest/ready").statusCode()).isEqualTo(200);
        assertThat(get("/v2/models/brightest/versions/1/ready").statusCode()).isEqualTo(200);
        assertThat(json.readTree(get("/v2/models/brightest").body())).isEqualTo(json.readTree("""
                {"name": "brightest", "versions": ["1"], "platform": "onnx_onnxv1",
                 "inputs": [{"name": "image", "datatype": "FP32", "shape": [-1, 1, 2, 2]}],
                 "outputs": [{"name": "scores", "datatype": "FP32", "shape": [-1, 4]}]}
                """));
    }

    @Test
    void answersInJson() throws Exception {
        serve(1, TinyModel.onnx(0, 0));

        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(clients.isIdleFor(Duration.ofMinutes(1))).isTrue();
        HttpResponse<String> answer = post("/v2/models/brightest/versions/1/infer", BRIGHTEST_IS_2);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(json.readTree(answer.body())).isEqualTo(json.readTree("""
                {"model_name": "brightest", "model_version": "1", "id": "q1",
                 "outputs": [{"name": "scores", "datatype": "FP32", "shape": [1, 4], "data": [0.0, 0.5, 0.75, 0.1]}]}
                """));
        assertThat(answered).hasValue(1);
        assertThat(clients.isIdleFor(Duration.ofMinutes(1))).isFalse();
    }

    @Test
    void givesALanguageModelsScoresForTokens() throws Exception {
        serve(1, CountingLanguageModel.onnx(), CountingLanguageModel.probes().build());

        assertThat(json.readTree(get("/v2/models/brightest").body())
                        .at("/inputs/0/datatype")
                        .asText())
                .isEqualTo("INT64");
        HttpResponse<String> answer = post("/v2/models/brightest/infer", """
                {"inputs": [{"name": "input_ids", "shape": [1, 4], "datatype": "INT64", "data": [3, 4, 0, 2]}]}
                """);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json.readTree(answer.body()).path("outputs")).isEqualTo(json.readTree("""
                [{"name": "logits", "datatype": "FP32", "shape": [1, 4, 5], "data": [
                    -1.0, -1.0, -1.0, -1.0, 9.0,
                    9.0, -1.0, -1.0, -1.0, -1.0,
                    -1.0, 9.0, -1.0, -1.0, -1.0,
                    -1.0, -1.0, -1.0, 9.0, -1.0]}]
                """));
        HttpResponse<String> tooShort = post("/v2/models/brightest/infer", """
                {"inputs": [{"name": "input_ids", "shape": [1, 3], "datatype": "INT64", "data": [3, 4, 0]}]}
                """);
        assertThat(tooShort.statusCode()).isEqualTo(400);
        assertThat(error(tooShort)).contains("input_ids", "[1, 3]");
    }

    @Test
    void answersBatchesInBytes() throws Exception {
        serve(1, TinyModel.onnxOfBatches());
        byte[] header = """
                {"parameters": {"binary_data_output": true},
                 "inputs": [{"name": "image", "shape": [2, 1, 2, 2], "datatype": "FP32", "parameters": {"binary_data_size": 32}}]}""".getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(header.length + 32).order(ByteOrder.LITTLE_ENDIAN);
        body.put(header);
        for (int i = 0; i < 8; i++) {
            body.putFloat(i);
        }

        HttpResponse<byte[]> answer = client.send(
                HttpRequest.newBuilder(at("/v2/models/brightest/infer"))
                        .header("Inference-Header-Content-Length", Integer.toString(header.length))
                        .POST(BodyPublishers.ofByteArray(body.array()))
                        .build(),
                BodyHandlers.ofByteArray());

        assertThat(answer.statusCode()).isEqualTo(200);
        int length = (int) answer.headers()
                .firstValueAsLong("Inference-Header-Content-Length")
                .orElseThrow();
        JsonNode output =
                json.readTree(answer.body(), 0, length).path("outputs").path(0);
        assertThat(output.path("parameters").path("binary_data_size").asInt()).isEqualTo(32);
        assertThat(output.path("shape").toString()).isEqualTo("[2,4]");
        float[] scores = new float[8];
        ByteBuffer.wrap(answer.body(), length, 32)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(scores);
        assertThat(scores).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 404, try /v2",
        "GET, /v2/models, 404, try /v2",
        "GET, /v2/models/brightest/stats, 404, try /v2",
        "GET, /v2/models/other, 404, no model 'other' serves",
        "GET, /v2/models/brightest/versions/7, 404, version 1 does",
        "GET, /v2/models/brightest/infer, 405, answered to POST",
        "POST, /v2/health/live, 405, answered to GET"
    })
    void saysWhyThereIsNoAnswer(String method, String path, int status, String message) throws Exception {
        serve(1, TinyModel.onnx(0, 0));

        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(at(path))
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(error(answer)).contains(message);
        assertThat(answered.get() + failed.get()).isZero();
    }

    @Test
    void refusesWhatIsTooLargeOrCompressed() throws Exception {
        serve(1, TinyModel.onnx(0, 0));
        HttpResponse<String> large = post("/v2/models/brightest/infer", " ".repeat(LARGEST + 1));
        HttpResponse<String> chunked = client.send(
                HttpRequest.newBuilder(at("/v2/models/brightest/infer"))
                        .POST(BodyPublishers.ofInputStream(
                                () -> new java.io.ByteArrayInputStream(new byte[LARGEST + 1])))
                        .build(),
                BodyHandlers.ofString());
        HttpResponse<String> compressed = client.send(
                HttpRequest.newBuilder(at("/v2/models/brightest/infer"))
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofString("x"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(error(large)).contains("--inference-max-request");
        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(compressed.statusCode()).isEqualTo(415);
    }

    /** It sends more than the sockets between them can hold, so the server has to take it off them. */
    @Test
    void aClientThatFirstSendsItsWholeBodyLearnsThatItIsTooLarge() throws Exception {
        byte[] body = new byte[32 << 20];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v2/models/brightest/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body);

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("--inference-max-request");
        }
    }

    @Test
    void aWrongHeaderLengthIsTheClientsFault() throws Exception {
        serve(1, TinyModel.onnx(0, 0));
        for (String length : List.of("-1", "many", "999999999999")) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(at("/v2/models/brightest/infer"))
                            .header("Inference-Header-Content-Length", length)
                            .POST(BodyPublishers.ofString(BRIGHTEST_IS_2))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(error(answer)).contains("Inference-Header-Content-Length");
        }
    }

    @Test
    void takesTheTrueLabelOnceAndCountsIt() throws Exception {
        serve(1, TinyModel.onnx(0, 0));
        post("/v2/models/brightest/infer", BRIGHTEST_IS_2);
        post("/v2/models/brightest/infer", BRIGHTEST_IS_2.replace("q1", "q2"));

        HttpResponse<String> first = feedback("{\"id\": \"q1\", \"label\": 2}");
        HttpResponse<String> second = feedback("{\"id\": \"q2\", \"labels\": [3]}");
        HttpResponse<String> again = feedback("{\"id\": \"q1\", \"label\": 2}");

        assertThat(first.body()).isEqualTo("{\"id\":\"q1\",\"right\":1,\"wrong\":0}");
        assertThat(second.body()).isEqualTo("{\"id\":\"q2\",\"right\":0,\"wrong\":1}");
        assertThat(again.statusCode()).isEqualTo(404);
        assertThat(error(again)).contains("no request 'q1' waits for its labels");
        assertThat(right).hasValue(1);
        assertThat(wrong).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'id': 'q1'}                        | needs the id of a request and a label",
                "{'label': 1}                        | needs the id of a request and a label",
                "{'id': 'q1', 'label': -1}           | label -1 is none of the model's",
                "{'id': 'q1', 'label': 'cat'}        | classes have no names",
                "{'id': 'q1', 'label': 1.5}          | a label must be a whole number",
                "{'id': 'q1', 'labels': [1, 2]}      | had 1 samples, and 2 labels came",
                "{'id': 'q1', 'truth': 1}            | there is no 'truth' in feedback",
                "nonsense                            | not the JSON that it should be"
            })
    void saysWhatIsWrongWithFeedback(String body, String message) throws Exception {
        serve(1, TinyModel.onnx(0, 0));
        post("/v2/models/brightest/infer", BRIGHTEST_IS_2);

        HttpResponse<String> answer = feedback(body.replace('\'', '"'));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(error(answer)).contains(message);
        assertThat(feedback("{\"id\": \"q1\", \"label\": 2}").statusCode()).isEqualTo(200);
    }

    @Test
    void feedbackOnAModelThatServesNoMoreIsNotCountedToItsSuccessor() throws Exception {
        serve(1, TinyModel.onnx(0, 0));
        post("/v2/models/brightest/infer", BRIGHTEST_IS_2);
        serve(2, TinyModel.onnx(0, 0));

        assertThat(feedback("{\"id\": \"q1\", \"label\": 2}").statusCode()).isEqualTo(404);
        assertThat(right.get() + wrong.get()).isZero();
    }

    @Test
    void exchangesModelsUnderLoadWithoutAFailedRequest() throws Exception {
        serve(1, TinyModel.onnx(0, 0));
        AtomicBoolean done = new AtomicBoolean();
        ConcurrentHashMap<String, AtomicInteger> byVersion = new ConcurrentHashMap<>();
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                running.add(clients.submit((Callable<Integer>) () -> {
                    int requests = 0;
                    for (; !done.get(); requests++) {
                        HttpResponse<String> answer = post("/v2/models/brightest/infer", BRIGHTEST_IS_2);
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                        byVersion
                                .computeIfAbsent(
                                        json.readTree(answer.body())
                                                .path("model_version")
                                                .asText(),
                                        unused -> new AtomicInteger())
                                .incrementAndGet();
                    }
                    return requests;
                }));
            }
            for (int next = 2; next <= 20; next++) {
                String before = version;
                await().until(() -> byVersion.containsKey(before));
                serve(next, TinyModel.onnx(200_000, next));
            }
            await().until(() -> byVersion.containsKey("20"));
            done.set(true);
            int requests = 0;
            for (Future<Integer> each : running) {
                requests += each.get();
            }
            assertThat(byVersion).hasSize(20);
            assertThat(answered).hasValue(requests);
            assertThat(failed).hasValue(0);
        } finally {
            done.set(true);
            clients.shutdownNow();
        }
    }

    @Test
    void anAbandonedRequestDoesNotHoldUpAnExchange() throws Exception {
        serve(1, TinyModel.onnx(0, 0));
        try (Socket stalled = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            OutputStream out = stalled.getOutputStream();
            out.write("POST /v2/models/brightest/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();

            serve(2, TinyModel.onnx(0, 0));

            assertThat(post("/v2/models/brightest/infer", BRIGHTEST_IS_2).statusCode())
                    .isEqualTo(200);
            InputStream nothing = stalled.getInputStream();
            assertThat(nothing.available()).isZero();
        }
    }

    @Test
    void saysThatItsPortIsTaken() {
        assertThatThrownBy(() -> InferenceServer.start(api, server.port(), LARGEST))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("choose another --inference-port");
    }

    private void serve(int number, byte[] onnx) throws IOException {
        serve(number, onnx, TinyModel.probeSet(1.0));
    }

    private void serve(int number, byte[] onnx, ProbeSet probeSet) throws IOException {
        Path model = Files.write(directory.resolve("model-" + number + ".onnx"), onnx);
        Path probes = Files.write(directory.resolve("probes"), probeSet.toByteArray());
        Model loaded = new OrtModelLoader(List.of(), Optional.empty()).load(model, probes);
        loop.serve(loaded, () -> version = Integer.toString(number));
    }

    private HttpResponse<String> feedback(String body) throws Exception {
        return post("/v2/models/brightest/feedback", body);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(at(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(at(path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private String error(HttpResponse<String> answer) throws IOException {
        return json.readTree(answer.body()).path("error").asText();
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    @Override
    public void answered(Predictor.Prediction prediction) {
        answered.incrementAndGet();
    }

    @Override
    public void answered(Model.Answer answer, boolean wasRight) {
        // The probe set's inferences are not what is tested here.
    }

    @Override
    public void failed(ErrorKind kind) {
        if (kind.isFailure()) {
            failed.incrementAndGet();
        }
    }

    @Override
    public void judged(int rightOnes, int wrongOnes) {
        right.addAndGet(rightOnes);
        wrong.addAndGet(wrongOnes);
    }
}
