package io.quantfleet.cli.client;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.context.Server;
import io.quantfleet.protocols.ReasonCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A client of the REST API under {@code /api/v1}. Every method throws {@link ApiException} where the control plane
 * refuses, and {@link UnreachableException} where it can't be asked; nothing is retried here. Safe for use by several
 * threads.
 */
public final class ControlPlaneClient {
    private static final int PAGE = 1000;
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; *rel=\"next\"");
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Duration UPLOAD_LIMIT = Duration.ofMinutes(10);

    private final ObjectMapper json =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
    private final URI base;
    private final Optional<String> token;
    private final Optional<Actor> actor;

    /** A client of the control plane at {@code root}, the console's address. */
    public ControlPlaneClient(URI root) {
        this(Server.of(root));
    }

    /** A client of a control plane that is asked with a token, or without. */
    public ControlPlaneClient(Server server) {
        this(server, Optional.empty());
    }

    /** @param actor who asks, for the audit log */
    ControlPlaneClient(Server server, Optional<Actor> actor) {
        this.actor = actor;
        this.base = server.url().resolve("/api/v1/");
        this.token = server.token();
    }

    /** Makes a fleet without devices. */
    public void createFleet(String name, String description) {
        post("fleets", Map.of("name", name, "description", description));
    }

    /** A secret with which {@code uses} devices of one class may join the fleet. */
    public String createEnrolmentToken(String fleet, String deviceClass, int uses, Duration validity) {
        JsonNode made = post(
                "enrolment-tokens",
                Map.of(
                        "fleet", fleet,
                        "deviceClass", deviceClass,
                        "uses", uses,
                        "ttlSeconds", validity.toSeconds()));
        return made.path("token").asText();
    }

    /** Registers the next version of the model; returns its number. */
    public int registerModel(ModelUpload upload) {
        return registerModel(upload, (bytes, all) -> {});
    }

    /** As {@link #registerModel(ModelUpload)}, telling how far the upload is. */
    public int registerModel(ModelUpload upload, UploadProgress progress) {
        try {
            Multipart form = new Multipart()
                    .file("description", upload.description())
                    .file("onnx", upload.onnx())
                    .file("calibration", upload.calibration())
                    .file("validation", upload.validation());
            if (upload.training().isPresent()) {
                form.file("training", upload.training().get());
            }
            for (Path file : upload.externalData()) {
                form.file("externalData", file);
            }
            upload.fields().forEach(form::field);
            HttpRequest request = request("models", UPLOAD_LIMIT)
                    .header("Content-Type", form.contentType())
                    .POST(new CountedBody(form.body(), progress))
                    .build();
            return send(request).path("version").asInt();
        } catch (IOException e) {
            throw new CliException("can't read the model's files: " + e.getMessage(), e);
        }
    }

    /** Every version of a model, newest first. */
    public List<ModelVersion> modelVersions(String name) {
        return json.convertValue(get("models/" + encoded(name)), new TypeReference<>() {});
    }

    /** One version of a model with its variants. */
    public ModelVersion modelVersion(String name, int version) {
        return json.convertValue(get("models/" + encoded(name) + "/versions/" + version), ModelVersion.class);
    }

    /** Has a version quantized once more for a class, as it was before. */
    public void quantizeAgain(String name, int version, String deviceClass) {
        JsonNode unused = post(
                "models/" + encoded(name) + "/versions/" + version + "/jobs",
                Map.of("deviceClasses", List.of(deviceClass)));
    }

    /** Takes a model version to every device of a fleet. */
    public Rollout createRollout(String fleet, String model, int version) {
        return json.convertValue(
                post("rollouts", Map.of("fleet", fleet, "model", model, "version", version)), Rollout.class);
    }

    /** One rollout. */
    public Rollout rollout(String id) {
        return json.convertValue(get("rollouts/" + encoded(id)), Rollout.class);
    }

    /** Every rollout. */
    public List<Rollout> rollouts() {
        return json.convertValue(get("rollouts"), new TypeReference<>() {});
    }

    /** One rollout with its stages and devices, as the control plane answers. */
    public JsonNode rolloutDetails(String id) {
        return get("rollouts/" + encoded(id));
    }

    /** Every move of a rollout, as the control plane answers. */
    public JsonNode rolloutHistory(String id) {
        return get("rollouts/" + encoded(id) + "/history");
    }

    /** Begins a rollout that is asked for in full; the rollout. */
    public JsonNode createRollout(Map<String, Object> request) {
        return postInTheNameOf("rollouts", request);
    }

    /** What a rollout would do. */
    public JsonNode previewRollout(Map<String, Object> request) {
        return post("rollouts?dryRun=true", request);
    }

    /** Moves a rollout, as {@code pause}; the rollout. */
    public JsonNode moveRollout(String id, String move, Map<String, Object> because) {
        return postInTheNameOf("rollouts/" + encoded(id) + "/" + move, because);
    }

    /** The header counts for more than the body, so it names whom the body names, if that names somebody. */
    private JsonNode postInTheNameOf(String path, Map<String, Object> body) {
        HttpRequest.Builder request = request(path, ANSWER_LIMIT);
        Optional.ofNullable(body.get("by"))
                .map(name -> new Actor(String.valueOf(name)))
                .ifPresent(who -> request.setHeader(Actor.HEADER, who.headerValue()));
        return sendBody("POST", request, body);
    }

    /** The devices that enrolled into a fleet. */
    public List<Device> devices(String fleet) {
        FilterArguments.Listing all = list("devices", Map.of(), "fleet = '" + fleet + "'", Integer.MAX_VALUE);
        return json.convertValue(all.items(), new TypeReference<>() {});
    }

    /**
     * What a list holds, page after page.
     *
     * @param path below {@code /api/v1/}
     * @param filter blank for everything
     * @param limit how many at most
     */
    public FilterArguments.Listing list(String path, Map<String, String> query, String filter, int limit) {
        List<JsonNode> items = new ArrayList<>();
        Map<String, String> asked = new LinkedHashMap<>(query);
        if (!filter.isBlank()) {
            asked.put("filter", filter);
        }
        asked.put("limit", Integer.toString(Math.min(limit, PAGE)));
        Optional<URI> next = Optional.of(base.resolve(path + "?" + encoded(asked)));
        while (next.isPresent() && items.size() < limit) {
            HttpResponse<byte[]> response =
                    exchange(request(next.get(), ANSWER_LIMIT).GET().build());
            parse(response).forEach(items::add);
            next = nextPage(response);
        }
        boolean more = next.isPresent() || items.size() > limit;
        return new FilterArguments.Listing(items.subList(0, Math.min(limit, items.size())), more);
    }

    /** What is at a path below {@code /api/v1/}; its parts must be encoded. */
    public JsonNode read(String path) {
        return get(path);
    }

    /** What is at a path below {@code /api/v1/}, with its tag, for a change of just that. */
    public Tagged readTagged(String path) {
        HttpResponse<byte[]> response =
                exchange(request(path, ANSWER_LIMIT).GET().build());
        return new Tagged(parse(response), response.headers().firstValue("ETag"));
    }

    /** What is at a path below {@code /api/v1/}, if there is something. */
    public Optional<Tagged> find(String path) {
        try {
            return Optional.of(readTagged(path));
        } catch (ApiException e) {
            if (e.is(ReasonCode.NOT_FOUND)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Puts a body to a path below {@code /api/v1/}, and returns the answer. */
    public JsonNode put(String path, Object body) {
        return put(path, body, Optional.empty());
    }

    /** The same, if something still holds. */
    public JsonNode put(String path, Object body, Optional<Precondition> precondition) {
        HttpRequest.Builder request = request(path, ANSWER_LIMIT);
        precondition.ifPresent(holds -> request.header(holds.header(), holds.value()));
        return sendBody("PUT", request, body);
    }

    /** Posts a body to a path below {@code /api/v1/}, and returns the answer. */
    public JsonNode send(String path, Map<String, Object> body) {
        return post(path, body);
    }

    /** Deletes what is at a path below {@code /api/v1/}, and returns what it was. */
    public JsonNode delete(String path) {
        return send(request(path, ANSWER_LIMIT).DELETE().build());
    }

    /** Registers the devices that a file lists, of that media type; the report of every line. */
    public JsonNode importDevices(Path file, String mediaType, Map<String, String> query) {
        try {
            return send(request("devices/import?" + encoded(query), UPLOAD_LIMIT)
                    .header("Content-Type", mediaType)
                    .POST(BodyPublishers.ofFile(file))
                    .build());
        } catch (FileNotFoundException e) {
            throw new CliException("can't read " + file, e);
        }
    }

    private Optional<URI> nextPage(HttpResponse<byte[]> response) {
        return response.headers().allValues("Link").stream()
                .map(NEXT::matcher)
                .filter(Matcher::find)
                .map(link -> response.uri().resolve(link.group(1)))
                .findFirst();
    }

    private JsonNode get(String path) {
        return send(request(path, ANSWER_LIMIT).GET().build());
    }

    private JsonNode post(String path, Map<String, Object> body) {
        return sendBody("POST", path, body);
    }

    private JsonNode sendBody(String method, String path, Object body) {
        return sendBody(method, request(path, ANSWER_LIMIT), body);
    }

    private JsonNode sendBody(String method, HttpRequest.Builder request, Object body) {
        try {
            return send(request.header("Content-Type", "application/json")
                    .method(method, BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
                    .build());
        } catch (IOException e) {
            throw new IllegalStateException("what is sent can be written as JSON", e);
        }
    }

    private HttpRequest.Builder request(String path, Duration limit) {
        return request(base.resolve(path), limit);
    }

    private HttpRequest.Builder request(URI uri, Duration limit) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(limit)
                .header("Accept", "application/json, application/problem+json");
        // A link of an answer may lead elsewhere; the token is for this control plane alone.
        token.filter(secret -> uri.getRawAuthority().equals(base.getRawAuthority()))
                .ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        actor.ifPresent(who -> request.header(Actor.HEADER, who.headerValue()));
        return request;
    }

    private JsonNode send(HttpRequest request) {
        return parse(exchange(request));
    }

    private JsonNode parse(HttpResponse<byte[]> response) {
        try {
            return json.readTree(response.body());
        } catch (IOException e) {
            throw new CliException("what the control plane at " + base + " answers is not JSON", e);
        }
    }

    private HttpResponse<byte[]> exchange(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() >= 300) {
                throw refusal(request, response);
            }
            return response;
        } catch (IOException e) {
            throw new UnreachableException(
                    "the control plane at " + base + " does not answer",
                    "start it, or name another by --control-plane or by a context",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }

    private CliException refusal(HttpRequest request, HttpResponse<byte[]> response) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        if (response.statusCode() == 503) {
            return new UnreachableException("the control plane is not available: " + text);
        }
        try {
            JsonNode problem = json.readTree(text);
            String detail = problem.path("detail").asText(problem.path("title").asText(text));
            return new ApiException(
                    response.statusCode(),
                    problem.path("code").asText("INTERNAL"),
                    detail,
                    problem.path("position").asInt(0),
                    json.convertValue(problem.path("faults"), new TypeReference<>() {}));
        } catch (IOException noJson) {
            return new ApiException(
                    response.statusCode(),
                    "INTERNAL",
                    request.method() + " " + request.uri() + " answered " + response.statusCode());
        }
    }

    /** The path of one thing of a collection, below {@code /api/v1/}. */
    public static String path(String collection, String name) {
        return collection + "/" + encoded(name);
    }

    /** A text as a part of a path, or as a name or value in a query. */
    public static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String encoded(Map<String, String> query) {
        return query.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
    }
}
