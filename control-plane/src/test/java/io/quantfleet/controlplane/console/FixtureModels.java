package io.quantfleet.controlplane.console;

import static io.quantfleet.controlplane.console.ConsoleFixture.at;
import static io.quantfleet.controlplane.console.ConsoleFixture.sha256;
import static io.quantfleet.controlplane.console.ConsoleFixture.uuid;

import java.time.Instant;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/** Models, jobs and variants of {@link ConsoleFixture}. */
final class FixtureModels {
    private FixtureModels() {}

    static void insert(Handle handle, Instant now) {
        version(handle, "glyphs", 1, 612_344, at(now, 60 * 24 * 9));
        version(handle, "glyphs", 2, 648_120, at(now, 190));
        version(handle, "resnet20-cifar10", 1, 1_105_920, at(now, 14));
        for (int v = 1; v <= 2; v++) {
            double fp32 = v == 1 ? 0.9642 : 0.9718;
            variant(handle, now, "glyphs", v, "rpi-cpu", "READY", fp32, fp32 - 0.0024, 1.92, 0.81, 31.4);
            variant(handle, now, "glyphs", v, "phone-npu", "READY", fp32, fp32 - 0.0078, 1.92, 0.93, 26.2);
            variant(handle, now, "glyphs", v, "gpu", "READY", fp32, fp32 + 0.0006, 1.92, 0.88, 30.7);
        }
        variant(handle, now, "resnet20-cifar10", 1, "rpi-cpu", "READY", 0.8112, 0.8088, 3.41, 1.37, 28.8);
        variant(handle, now, "resnet20-cifar10", 1, "phone-npu", "REJECTED", 0.8112, 0.7894, 3.41, 1.52, 17.3);
        handle.execute(
                "insert into quantization_job (id, model_name, model_version, device_class, state, step, progress,"
                        + " worker, queued_at, started_at) values (?, 'resnet20-cifar10', 1, 'gpu', 'RUNNING',"
                        + " 'EVALUATE', 0.62, 'worker-1', ?, ?)",
                uuid("running"),
                at(now, 14),
                at(now, 2));
    }

    private static void version(Handle handle, String name, int version, long bytes, Object registered) {
        handle.execute("insert into model values (?, ?) on conflict do nothing", name, registered);
        handle.execute(
                "insert into model_version values (?, ?, ?, 'classification', ?, ?, ?, '{}', 1.0, 'REST', ?)",
                name,
                version,
                sha256("content " + name + version),
                "name: " + name + "\ntask: classification\nonnx: " + name + ".onnx\ninputs:\n  - name: image\n"
                        + "    kind: image\n    layout: NCHW\n    channels: RGB\n    size: [32, 32]\noutput: logits\n",
                sha256("onnx " + name + version),
                bytes,
                registered);
    }

    private static void variant(
            Handle handle,
            Instant now,
            String model,
            int version,
            String deviceClass,
            String verdict,
            double fp32,
            double accuracy,
            double fp32Millis,
            double millis,
            double sqnr) {
        String key = model + version + deviceClass;
        long minutes = model.equals("glyphs") ? (version == 1 ? 12_940 : 184) : 9;
        handle.execute(
                "insert into quantization_job (id, model_name, model_version, device_class, state, progress, worker,"
                        + " queued_at, started_at, finished_at) values (?, ?, ?, ?, 'SUCCEEDED', 1, 'worker-1', ?, ?, ?)",
                uuid(key),
                model,
                version,
                deviceClass,
                at(now, minutes + 5),
                at(now, minutes + 2),
                at(now, minutes));
        long bytes = model.equals("glyphs") ? 187_000 + deviceClass.length() * 713L : 301_450;
        String report = String.format(
                Locale.ROOT,
                "{\"method\": \"static MinMax, %s\", \"accuracy\": {\"fp32\": %f, \"variant\": %f, \"agreement\": %f,"
                        + " \"samples\": 5000}, \"sqnrDb\": %f, \"latencyMs\": {\"fp32\": {\"p50\": %f, \"p95\": %f},"
                        + " \"variant\": {\"p50\": %f, \"p95\": %f}}, \"seconds\": {\"calibrate\": 2.4, \"quantize\":"
                        + " 0.31, \"evaluate\": 14.8}, \"peakRssMiB\": 412}",
                deviceClass.equals("gpu") ? "S8S8" : "U8S8",
                fp32,
                accuracy,
                0.998 - Math.abs(fp32 - accuracy),
                sqnr,
                fp32Millis,
                fp32Millis * 1.19,
                millis,
                millis * 1.24);
        handle.execute(
                "insert into variant (job_id, model_name, model_version, device_class, verdict, reasons, sha256, bytes,"
                        + " probe_set_sha256, probe_set_bytes, probe_samples, probe_accuracy, report, created_at)"
                        + " values (?, ?, ?, ?, ?, string_to_array(?, '|'), ?, ?, ?, 84211, 100, 0.97, ?::jsonb, ?)",
                uuid(key),
                model,
                version,
                deviceClass,
                verdict,
                verdict.equals("READY")
                        ? ""
                        : "loses 2.18 points of accuracy against FP32; the budget is 1.0|the output of Add_41 saturates in 3.1 % of the samples",
                sha256(key),
                bytes,
                sha256("probe " + key),
                report,
                at(now, minutes));
    }
}
