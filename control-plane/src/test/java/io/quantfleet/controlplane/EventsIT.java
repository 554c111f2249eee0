package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Streams of events of rollouts and jobs, whole and broken off. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class EventsIT extends WorkerStory {
    /** One event as a reader gets it. */
    private record Event(String id, String name, JsonPath data) {}

    /** A stream that is read in the background. */
    private static final class Reader {
        final List<Event> events = new CopyOnWriteArrayList<>();
        final CompletableFuture<HttpResponse<Void>> end;
        private String id = "";
        private String name = "";

        Reader(String path, String lastId) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + "/api/v1/" + path));
            if (!lastId.isEmpty()) {
                request.header("Last-Event-ID", lastId);
            }
            end = HttpClient.newHttpClient()
                    .sendAsync(
                            request.build(),
                            info -> HttpResponse.BodySubscribers.fromLineSubscriber(new LineReader(this::line)));
        }

        private void line(String line) {
            if (line.startsWith("id:")) {
                id = line.substring(3).strip();
            } else if (line.startsWith("event:")) {
                name = line.substring(6).strip();
            } else if (line.startsWith("data:")) {
                events.add(new Event(id, name, JsonPath.from(line.substring(5))));
            }
        }

        List<String> names() {
            return events.stream().map(Event::name).toList();
        }

        List<String> moves() {
            return events.stream()
                    .filter(event -> event.name().equals("move"))
                    .map(event -> event.data().getString("action"))
                    .toList();
        }

        void awaitEnd() {
            Story.eventually(() -> assertThat(end).isCompleted());
        }
    }

    /** Hands lines on as they come. */
    private record LineReader(java.util.function.Consumer<String> lines)
            implements java.util.concurrent.Flow.Subscriber<String> {
        @Override
        public void onSubscribe(java.util.concurrent.Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            lines.accept(line);
        }

        @Override
        public void onError(Throwable failure) {
            // The future of the response has it.
        }

        @Override
        public void onComplete() {
            // The future of the response has it.
        }
    }

    private String draft(String name) throws Exception {
        quantizedModel(name);
        Api.createFleet(name);
        Story.enrol(name, name + "-device").close();
        return Story.startRollout(Map.of("fleet", name, "model", name, "version", 1, "draft", true));
    }

    @Test
    void aRolloutsMovesComeAsTheyAreMadeUntilItEnds() throws Exception {
        String id = draft("events-moves");
        Reader reader = new Reader("rollouts/" + id + "/events", "");
        Story.eventually(() -> assertThat(reader.names()).containsExactly("move", "progress"));
        assertThat(reader.events.get(1).data().getString("state")).isEqualTo("DRAFT");

        Api.post("rollouts/" + id + "/abort", Map.of("reason", "enough")).statusCode(200);
        reader.awaitEnd();

        assertThat(reader.names()).containsExactly("move", "progress", "move", "progress");
        assertThat(reader.moves()).containsExactly("create", "abort");
        assertThat(reader.events.get(2).data().getString("reason")).isEqualTo("enough");
        assertThat(reader.events.get(3).data().getString("state")).isEqualTo("ABORTED");
    }

    @Test
    void aReaderThatWasCutOffGoesOnBehindItsLastEvent() throws Exception {
        String id = draft("events-cut");
        Api.post("rollouts/" + id + "/abort", Map.of()).statusCode(200);
        Reader whole = new Reader("rollouts/" + id + "/events", "");
        whole.awaitEnd();

        for (int known = 0; known < whole.events.size(); known++) {
            Reader rest = new Reader(
                    "rollouts/" + id + "/events", whole.events.get(known).id());
            rest.awaitEnd();

            List<Event> missed = whole.events.subList(known + 1, whole.events.size());
            assertThat(rest.events)
                    .extracting(Event::id)
                    .isEqualTo(missed.stream().map(Event::id).toList());
        }
    }

    @Test
    void aJobIsToldOfWheneverItChangesUntilItEnds() throws Exception {
        Api.register("events-job", "graph of events-job").statusCode(201);
        QuantizationJobRequested job = worker.awaitJobs("events-job", 3).get(0);
        Reader reader = new Reader("jobs/" + job.getJobId() + "/events", "");
        Story.eventually(() -> assertThat(reader.names()).containsExactly("job"));
        assertThat(reader.events.get(0).data().getString("state")).isEqualTo("QUEUED");

        byte[] bytes = Api.bytes("variant of events-job");
        store.put(new ByteArrayInputStream(bytes));
        worker.sendResult(job.getJobId(), job.getJobId(), worker.ready(job, bytes, bytes));
        reader.awaitEnd();

        Event last = reader.events.get(reader.events.size() - 1);
        assertThat(last.data().getString("state")).isEqualTo("READY");
        Reader again = new Reader("jobs/" + job.getJobId() + "/events", last.id());
        again.awaitEnd();
        assertThat(again.events).isEmpty();
    }

    @Test
    void whatIsNotThereHasNoEvents() {
        Api.tryGet("rollouts/00000000-0000-0000-0000-000000000000/events").statusCode(404);
        Api.tryGet("jobs/00000000-0000-0000-0000-000000000000/events")
                .statusCode(404)
                .body("code", equalTo("NOT_FOUND"));
    }

    @Test
    void anIdOfAnotherStreamIsRefused() throws Exception {
        String id = draft("events-id");

        RestAssured.given()
                .header("Last-Event-ID", "x-y")
                .get("/api/v1/rollouts/" + id + "/events")
                .then()
                .statusCode(400)
                .body("code", equalTo("REQUEST_INVALID"));
    }
}
