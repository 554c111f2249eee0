package io.quantfleet.controlplane.testing;

import static io.quantfleet.controlplane.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.eclipse.paho.mqttv5.common.MqttException;

/** Steps that many tests share. Every model here is quantized for the built-in classes; every device is an rpi-cpu. */
public final class Story {
    /** Of a variant. No more than it takes: from every variant that devices serve a delta to it is made. */
    private static final int SEVERAL_CHUNKS = 300_000;

    private Story() {}

    /** Registers a model and does its jobs; the variant's bytes. */
    public static byte[] quantizedModel(FakeWorker worker, ObjectStore store, String model) throws IOException {
        byte[] variant = new byte[SEVERAL_CHUNKS];
        new Random(model.hashCode()).nextBytes(variant);
        return quantizedModel(worker, store, model, variant);
    }

    /** The same with these bytes as every class's variant. */
    public static byte[] quantizedModel(FakeWorker worker, ObjectStore store, String model, byte[] variant)
            throws IOException {
        return quantizedModel(worker, store, model, variant, job -> true);
    }

    /** The same for some of the classes; the jobs of the others are never done. */
    public static byte[] quantizedModel(
            FakeWorker worker,
            ObjectStore store,
            String model,
            byte[] variant,
            Predicate<QuantizationJobRequested> done)
            throws IOException {
        Api.register(model, "the graph of " + model).statusCode(201);
        for (QuantizationJobRequested job :
                worker.awaitJobs(model, 3).stream().filter(done).toList()) {
            byte[] probeSet = Api.bytes("probe set of " + job.getDeviceClass());
            store.put(new ByteArrayInputStream(variant));
            store.put(new ByteArrayInputStream(probeSet));
            worker.sendResult(job.getJobId(), job.getJobId(), worker.ready(job, variant, probeSet));
        }
        awaitVariant(model, "rpi-cpu", "READY");
        return variant;
    }

    public static FakeDevice enrol(String fleet, String id) throws MqttException {
        return new FakeDevice(
                "rpi-cpu",
                Api.enrol(Api.token(fleet, "rpi-cpu", 1), id, "rpi-cpu")
                        .statusCode(201)
                        .extract()
                        .jsonPath());
    }

    public static String startRollout(String fleet, String model, int version) {
        return startRollout(Map.of("fleet", fleet, "model", model, "version", version));
    }

    /** Starts a rollout that is asked for in full. */
    public static String startRollout(Map<String, ?> request) {
        return Api.post("rollouts", request).statusCode(201).extract().path("id");
    }

    public static void awaitRollout(String id, String state) {
        eventually(
                () -> assertThat(Api.get("rollouts/" + id).getString("state")).isEqualTo(state));
    }

    /** Waits until the first device of a rollout is in a state. */
    public static void awaitDevice(String rollout, String state) {
        eventually(() -> assertThat(Api.get("rollouts/" + rollout).getString("devices[0].state"))
                .isEqualTo(state));
    }

    public static void awaitVariant(String model, String deviceClass, String state) {
        eventually(() -> assertThat(variant(model, deviceClass, "state")).isEqualTo(state));
    }

    /** A field of what became of version 1 of a model for a class. */
    public static String variant(String model, String deviceClass, String field) {
        return Api.get("models/" + model + "/versions/1/variants")
                .getString("find { it.deviceClass == '" + deviceClass + "' }." + field);
    }

    public static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
        await().untilAsserted(assertion);
    }
}
