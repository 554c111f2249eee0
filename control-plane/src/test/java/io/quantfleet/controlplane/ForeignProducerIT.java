package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** New models that somebody else announces on Kafka, in JSON, as the documentation shows. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class ForeignProducerIT {
    private static final String TYPE = "io.quantfleet.model-version-registered.v1";
    private static final String TOPIC = KafkaTopics.DEFAULT.modelEvents();

    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    private FakeWorker worker;

    @BeforeEach
    void start() {
        Api.awaitReady();
        worker = new FakeWorker(bootstrapServers);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void plansWhatAnotherProducerAnnounces() {
        String json = event("foreign", "foreign", Api.putArtifact(Api.bytes("foreign graph")));
        String first = worker.sendJson(TOPIC, "foreign", TYPE, json);

        QuantizationJobRequested job = worker.awaitJobs("foreign", 1).get(0);
        assertThat(job.getDeviceClass()).isEqualTo("gpu");
        assertThat(job.getModelVersion()).isEqualTo(1);
        assertThat(job.getBudget().getMaxLossPoints()).isEqualTo(0.5);
        assertThat(job.getProfileYaml()).contains("name: gpu");
        assertThat(job.getArtifacts().getOnnx().getArtifact().getSize()).isEqualTo(13);
        assertThat(Api.get("models/foreign/versions/1").getString("source")).isEqualTo("EVENT");

        String again = worker.sendJson(TOPIC, "foreign", TYPE, json);
        assertThat(again).isNotEqualTo(first);
        assertThat(deadLetter(again)).startsWith("MODEL_VERSION_EXISTS").contains("version 1 of model 'foreign'");
        assertThat(worker.awaitJobs("foreign", 1)).hasSize(1);
    }

    @Test
    void actsOnceOnAnEventThatComesTwice() {
        String json = event("repeated", "repeated", Api.putArtifact(Api.bytes("repeated graph")));
        String id = worker.sendJson(TOPIC, "repeated", TYPE, json);
        worker.sendJson(id, TOPIC, "repeated", TYPE, json);
        String after = worker.sendJson(TOPIC, "repeated", TYPE, "{\"modelName\": \"no artifacts\"}");

        assertThat(deadLetter(after)).startsWith("REQUEST_INVALID");
        assertThat(worker.awaitJobs("repeated", 1)).hasSize(1);
        assertThat(worker.hasDeadLetter(id)).isFalse();
    }

    @Test
    void putsAsideAnEventWhoseArtifactsAreNotThere() {
        String id = worker.sendJson(
                TOPIC,
                "absent",
                TYPE,
                event("absent", "absent", Sha256.of(Api.bytes("never stored")).hex()));

        assertThat(deadLetter(id)).startsWith("ARTIFACT_MISSING").contains("onnx");
        Api.tryGet("models/absent").statusCode(404);
    }

    @Test
    void putsAsideAnEventThatContradictsItsDescription() {
        String id = worker.sendJson(
                TOPIC, "claimed", TYPE, event("claimed", "described", Api.putArtifact(Api.bytes("graph"))));

        assertThat(deadLetter(id)).startsWith("DESCRIPTION_MISMATCH").contains("'claimed'", "'described'");
    }

    @Test
    void putsAsideWhatIsNoEventAndGoesOn() {
        worker.send(new ProducerRecord<>(TOPIC, "no-event", Api.bytes("hello")));
        String typo = worker.sendJson(TOPIC, "typo", TYPE, "{\"modelNmae\": \"typo\"}");
        String unknown = worker.sendJson(TOPIC, "unknown", "io.quantfleet.of-tomorrow.v1", "{}");

        assertThat(worker.awaitDeadLetter(record -> "no-event".equals(record.key())))
                .contains("no CloudEvent");
        assertThat(deadLetter(typo)).contains("modelNmae");
        assertThat(deadLetter(unknown)).contains("unknown type");

        worker.sendJson(TOPIC, "after", TYPE, event("after", "after", Api.putArtifact(Api.bytes("graph after"))));
        worker.awaitJobs("after", 1);
        Story.awaitVariant("after", "gpu", "QUEUED");
    }

    private String deadLetter(String eventId) {
        return worker.awaitDeadLetter(
                record -> FakeWorker.header(record, "ce_id").equals(eventId));
    }

    private static String event(String name, String described, String onnx) {
        String description = Api.putArtifact(Api.bytes(Api.description(described)));
        String data = Api.putArtifact(Api.bytes("data"));
        return """
                {"modelName": "%s", "budget": {"maxLossPoints": 0.5}, "deviceClasses": ["gpu"],
                 "artifacts": {
                   "description": {"sha256": "%s"},
                   "onnx": {"name": "model.onnx", "artifact": {"sha256": "%s"}},
                   "calibration": {"name": "c.zip", "artifact": {"sha256": "%s"}},
                   "validation": {"name": "v.zip", "artifact": {"sha256": "%s"}}}}
                """.formatted(name, description, onnx, data, data);
    }
}
