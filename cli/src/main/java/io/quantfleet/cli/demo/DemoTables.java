package io.quantfleet.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelVersion.Variant;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The demo's figures for people. */
final class DemoTables {
    private static final int HASH_DIGITS = 12;

    private DemoTables() {}

    /** Both tables, with their titles. */
    static List<String> of(DemoResult result) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Variants of " + result.model().name() + " " + result.model().version() + ", beside the original's "
                + size(result.model().onnxBytes()));
        lines.addAll(variants(result).lines());
        lines.add("");
        lines.add("Devices");
        lines.addAll(devices(result).lines());
        lines.add("");
        return lines;
    }

    private static Table variants(DemoResult result) {
        Table table = new Table(
                Column.text("class"),
                Column.text("verdict"),
                Column.number("size"),
                Column.number("of FP32"),
                Column.number("accuracy"),
                Column.number("FP32"),
                Column.number("p50 ms"),
                Column.number("FP32"),
                Column.text("sha256"));
        for (Variant variant : result.variants()) {
            JsonNode report = Objects.requireNonNullElse(variant.report(), MissingNode.getInstance());
            long bytes = report.path("bytes").asLong();
            table.row(
                    variant.deviceClass(),
                    variant.state(),
                    size(bytes),
                    percent((double) bytes / result.model().onnxBytes()),
                    percent(report.path("accuracy").path("variant").asDouble()),
                    percent(report.path("accuracy").path("fp32").asDouble()),
                    millis(report.path("latencyMs").path("variant").path("p50").asDouble()),
                    millis(report.path("latencyMs").path("fp32").path("p50").asDouble()),
                    hash(variant.sha256()));
        }
        return table;
    }

    private static Table devices(DemoResult result) {
        Table table = new Table(
                Column.text("device"),
                Column.text("class"),
                Column.text("state"),
                Column.text("variant"),
                Column.number("fetched"),
                Column.number("windows"),
                Column.number("p50 ms"),
                Column.number("p95 ms"),
                Column.number("accuracy"));
        for (Device device : result.devices()) {
            Optional<Device.Latency> latency = Optional.ofNullable(device.latencyMs());
            table.row(
                    device.deviceId(),
                    device.deviceClass(),
                    device.state(),
                    hash(device.activeVariantSha256()),
                    size(device.fetchedBytes()),
                    Long.toString(device.telemetryWindows()),
                    latency.map(figures -> millis(figures.p50())).orElse("-"),
                    latency.map(figures -> millis(figures.p95())).orElse("-"),
                    Optional.ofNullable(device.accuracy())
                            .map(DemoTables::percent)
                            .orElse("-"));
        }
        return table;
    }

    private static String size(long bytes) {
        if (bytes >= 1 << 20) {
            return String.format(Locale.ROOT, "%.2f MiB", bytes / 1048576.0);
        }
        return String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.1f %%", fraction * 100);
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.3f", millis);
    }

    private static String hash(@Nullable String sha256) {
        return sha256 == null || sha256.length() < HASH_DIGITS ? "-" : sha256.substring(0, HASH_DIGITS);
    }
}
