package io.quantfleet.controlplane;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeWorker;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.TrainingPoint;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Jobs with options, told of rung by rung, cancelled, and done again. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class JobsIT extends WorkerStory {
    private QuantizationJobRequested newJob(String model) {
        Api.register(model, "the graph of " + model).statusCode(201);
        return worker.awaitJobs(model, 3).get(0);
    }

    private void finish(QuantizationJobRequested job, String variant) throws IOException {
        store.put(new ByteArrayInputStream(Api.bytes(variant)));
        store.put(new ByteArrayInputStream(Api.bytes("probes")));
        worker.sendResult(job.getJobId(), job.getJobId(), worker.ready(job, Api.bytes(variant), Api.bytes("probes")));
        Story.eventually(() ->
                assertThat(Api.get("jobs/" + job.getJobId()).getString("state")).isEqualTo("READY"));
    }

    @Test
    void optionsGivenAtRegistrationReachTheWorker() {
        Api.registerWith("with-options", "{\"method\": \"static\", \"excluded\": [\"first\"], \"minAgreement\": 0.98}")
                .statusCode(201);

        assertThat(worker.awaitJobs("with-options", 3)).allSatisfy(job -> {
            assertThat(job.getOptions().getMethod()).isEqualTo("static");
            assertThat(job.getOptions().getExcludedList()).containsExactly("first");
            assertThat(job.getOptions().getMinAgreement()).isEqualTo(0.98);
        });
        assertThat(Story.variant("with-options", "gpu", "options.method")).isEqualTo("static");
    }

    @Test
    void jobsThatMayTrainGoToWorkersThatCan() {
        Api.registerForTraining("trained", "{\"epochs\": 3}").statusCode(201);
        Api.registerForTraining("not-trained", "{\"method\": \"static\"}").statusCode(201);

        List<QuantizationJobRequested> jobs = worker.awaitTrainingJobs("trained", 3);
        assertThat(jobs).allSatisfy(job -> {
            assertThat(job.getArtifacts().getTraining().getName()).isEqualTo("training.npz");
            assertThat(job.getOptions().getEpochs()).isEqualTo(3);
        });
        worker.awaitJobs("not-trained", 3);
        QuantizationJobRequested job = jobs.get(0);
        assertThat(Api.get("jobs/" + job.getJobId()).getBoolean("trains")).isTrue();
        assertThat(Api.page("models/trained/versions/1")).contains("waiting for a worker that can train");

        worker.sendResult(
                UUID.randomUUID().toString(),
                job.getJobId(),
                FakeWorker.progress(job, 0.3).toBuilder()
                        .addTraining(TrainingPoint.newBuilder()
                                .setEpoch(1)
                                .setFraction(0.5)
                                .setLoss(1.25)
                                .setAccuracy(0.8125))
                        .build());
        Story.eventually(() -> assertThat(Api.get("jobs/" + job.getJobId()).getList("training.loss", Double.class))
                .hasSize(1));
        assertThat(Api.page("models/trained/versions/1")).contains("epoch 1: loss 1.25", "81.25");
    }

    @Test
    void unknownOptionsAreRefusedByName() {
        Api.registerWith("wrong-options", "{\"method\": \"magic\"}")
                .statusCode(400)
                .body("code", equalTo("REQUEST_INVALID"))
                .body("detail", containsString("method"));
        Api.registerWith("wrong-options", "{\"methods\": \"auto\"}")
                .statusCode(400)
                .body("detail", containsString("methods"));
        Api.tryGet("models/wrong-options").statusCode(404);
    }

    @Test
    void rungsAreShownWhileTheJobRuns() {
        QuantizationJobRequested job = newJob("climbing");
        worker.sendResult(
                UUID.randomUUID().toString(),
                job.getJobId(),
                FakeWorker.progress(job, 0.4).toBuilder()
                        .addRungs(QuantizationRung.newBuilder()
                                .setName("minmax")
                                .setSqnrDb(9.5)
                                .setAgreement(0.88)
                                .setBytes(1000))
                        .addRungs(QuantizationRung.newBuilder()
                                .setName("softmax-bounds")
                                .setGainDb(Double.POSITIVE_INFINITY)
                                .setGoalMet(true))
                        .build());

        Story.eventually(() -> assertThat(Api.get("jobs/" + job.getJobId()).getList("rungs.name", String.class))
                .containsExactly("minmax", "softmax-bounds"));
        assertThat(Api.page("models/climbing/versions/1"))
                .contains("softmax-bounds", "accurate enough", "9.5", "/api/v1/jobs/" + job.getJobId() + "/cancel");
    }

    @Test
    void aCancelledJobEndsOnceAndTheWorkersHearOfIt() throws IOException {
        QuantizationJobRequested job = newJob("unwanted");
        worker.sendResult(UUID.randomUUID().toString(), job.getJobId(), FakeWorker.progress(job, 0.2));

        Api.post("jobs/" + job.getJobId() + "/cancel", Map.of()).statusCode(200).body("state", equalTo("CANCELLED"));

        worker.awaitCancelled(job.getJobId());
        store.put(new ByteArrayInputStream(Api.bytes("too late")));
        worker.sendResult(
                job.getJobId(), job.getJobId(), worker.ready(job, Api.bytes("too late"), Api.bytes("probes")));
        QuantizationJobRequested next = worker.awaitJobs("unwanted", 3).get(1);
        finish(next, "in time");
        assertThat(Story.variant("unwanted", job.getDeviceClass(), "state")).isEqualTo("CANCELLED");
        Api.post("jobs/" + job.getJobId() + "/cancel", Map.of()).statusCode(200);
        Api.post("jobs/" + next.getJobId() + "/cancel", Map.of())
                .statusCode(409)
                .body("code", equalTo("ILLEGAL_STATE"));
        Api.post("jobs/nobody/cancel", Map.of()).statusCode(404);
    }

    @Test
    void theReportStandsBesideTheVariantAndRunsNoScript() throws IOException {
        QuantizationJobRequested job = newJob("explained");
        store.put(new ByteArrayInputStream(Api.bytes(FakeWorker.PAGE)));
        finish(job, "explained variant");

        assertThat(Api.page("models/explained/versions/1")).contains("/jobs/" + job.getJobId() + "/report");
        when().get("/jobs/" + job.getJobId() + "/report")
                .then()
                .statusCode(200)
                .header("Content-Security-Policy", containsString("default-src 'none'"))
                .header("Content-Security-Policy", containsString("sandbox"))
                .body(containsString("how it came about"));
        when().get("/jobs/" + UUID.randomUUID() + "/report").then().statusCode(404);
    }

    @Test
    void aVersionIsQuantizedAgainWithOtherOptions() throws IOException {
        QuantizationJobRequested first = newJob("again");
        String deviceClass = first.getDeviceClass();
        Map<String, Object> body = Map.of(
                "deviceClasses", List.of(deviceClass), "maxLossPoints", 2.5, "options", Map.of("calibration", "mse"));
        Api.post("models/again/versions/1/jobs", body)
                .statusCode(409)
                .body("code", equalTo("ILLEGAL_STATE"))
                .body("detail", containsString(first.getJobId()));
        finish(first, "first attempt");

        Api.post("models/again/versions/1/jobs", body)
                .statusCode(201)
                .body("", hasSize(1))
                .body("[0].attempt", equalTo(2))
                .body("[0].options.calibration", equalTo("mse"));

        QuantizationJobRequested second = worker.awaitJobs("again", 4).stream()
                .filter(job -> job.getDeviceClass().equals(deviceClass))
                .filter(job -> !job.getJobId().equals(first.getJobId()))
                .findFirst()
                .orElseThrow();
        assertThat(second.getOptions().getCalibration()).isEqualTo("mse");
        assertThat(second.getBudget().getMaxLossPoints()).isEqualTo(2.5);
        assertThat(Story.variant("again", deviceClass, "state")).isEqualTo("QUEUED");
        finish(second, "second attempt");
        assertThat(Story.variant("again", deviceClass, "jobId")).isEqualTo(second.getJobId());
    }
}
