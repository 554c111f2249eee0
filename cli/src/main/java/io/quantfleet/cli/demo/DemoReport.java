package io.quantfleet.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelVersion.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.OptionalLong;

/** The demo's figures as JSON: {@code {model, fp32Bytes, variants, devices, seconds, peakRssMiB}}. */
final class DemoReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private DemoReport() {}

    /**
     * @param total of the whole command, until the figures were there
     * @param peakRssMiB of all processes together, where it was measured
     */
    static JsonNode of(DemoResult result, Duration total, OptionalLong peakRssMiB) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("model", result.model().name());
        report.put("version", result.model().version());
        report.put("fp32Bytes", result.model().onnxBytes());
        ArrayNode variants = report.putArray("variants");
        result.variants().stream().map(DemoReport::variant).forEach(variants::add);
        ArrayNode devices = report.putArray("devices");
        result.devices().stream().map(DemoReport::device).forEach(devices::add);
        ObjectNode seconds = report.putObject("seconds");
        result.steps().forEach((step, took) -> seconds.put(step, seconds(took)));
        seconds.put("total", seconds(total));
        peakRssMiB.ifPresent(peak -> report.put("peakRssMiB", peak));
        return report;
    }

    /** Writes the report so that it is there whole or not at all. */
    static void write(JsonNode report, Path file) {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            JSON.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), report);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CliException("can't write the figures to " + file + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode variant(Variant variant) {
        JsonNode report = variant.report();
        return report == null ? JsonNodeFactory.instance.objectNode() : report;
    }

    private static JsonNode device(Device device) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("deviceId", device.deviceId());
        node.put("deviceClass", device.deviceClass());
        node.put("state", device.state());
        node.put("variantSha256", device.activeVariantSha256());
        node.put("fetchedBytes", device.fetchedBytes());
        node.put("telemetryWindows", device.telemetryWindows());
        Device.Latency latency = device.latencyMs();
        if (latency != null) {
            node.putObject("latencyMs").put("p50", latency.p50()).put("p95", latency.p95());
        }
        node.put("accuracy", device.accuracy());
        return node;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
