package io.quantfleet.agent.enrol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.agent.enrol.EnrolmentResult.Enrolled;
import io.quantfleet.agent.enrol.EnrolmentResult.Refused;
import io.quantfleet.agent.enrol.EnrolmentResult.Unavailable;
import io.quantfleet.protocols.DeviceId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Enrols over the control plane's REST API, {@code POST /api/v1/enrolments}. */
public final class HttpEnrolmentService implements EnrolmentService {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final URI endpoint;
    private final Supplier<HttpClient> clients;
    private final ObjectMapper json = new ObjectMapper();

    /**
     * A service for one device. It has an HTTP client per attempt: attempts are rare, and the client's threads should
     * not outlive enrolment.
     *
     * @param controlPlane its base address, {@code http://host:port}
     */
    public HttpEnrolmentService(URI controlPlane) {
        this(controlPlane, HttpEnrolmentService::newClient);
    }

    /** A service that enrols many devices over clients of the caller's. Safe for use by several threads. */
    public HttpEnrolmentService(URI controlPlane, Supplier<HttpClient> clients) {
        this.clients = clients;
        this.endpoint = URI.create(controlPlane.toString().replaceAll("/+$", "") + "/api/v1/enrolments");
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build();
    }

    @Override
    public EnrolmentResult enrol(EnrolmentRequest request) throws InterruptedException {
        try {
            HttpResponse<String> response = clients.get().send(toHttp(request), HttpResponse.BodyHandlers.ofString());
            return read(response, request.deviceClass());
        } catch (IOException e) {
            String detail = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new Unavailable("no answer from " + endpoint + ": " + detail);
        }
    }

    private HttpRequest toHttp(EnrolmentRequest request) throws JsonProcessingException {
        ObjectNode body = json.createObjectNode()
                .put("token", request.token())
                .put("deviceId", request.deviceId().value())
                .put("deviceClass", request.deviceClass())
                .put("agentVersion", request.agentVersion());
        request.labels().forEach(body.putObject("labels")::put);
        return HttpRequest.newBuilder(endpoint)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, application/problem+json")
                .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                .build();
    }

    private EnrolmentResult read(HttpResponse<String> response, String deviceClass) {
        int status = response.statusCode();
        if (status >= 500 || status == 429 || status == 408) {
            return new Unavailable(endpoint + " answered " + status);
        }
        JsonNode body;
        try {
            body = json.readTree(response.body());
        } catch (JsonProcessingException e) {
            return new Unavailable(endpoint + " answered " + status + " with something that is not JSON");
        }
        if (status >= 300) {
            String code = body.path("code").asText("HTTP " + status);
            return new Refused(
                    code, body.path("detail").asText(body.path("title").asText("HTTP status " + status)));
        }
        try {
            return new Enrolled(identity(body, deviceClass));
        } catch (IllegalArgumentException e) {
            return new Unavailable(endpoint + " answered " + status + " with an unusable identity: " + e.getMessage());
        }
    }

    private static Identity identity(JsonNode body, String deviceClass) {
        return new Identity(
                new DeviceId(body.path("deviceId").asText()),
                deviceClass,
                body.path("fleet").asText(),
                body.path("credential").asText(),
                URI.create(body.path("mqttUri").asText()),
                new PinnedKeys(
                        body.path("trustVersion").asLong(), texts(body, "trustedKeys"), texts(body, "rootKeys")));
    }

    private static List<String> texts(JsonNode body, String name) {
        List<String> texts = new ArrayList<>();
        body.path(name).forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
