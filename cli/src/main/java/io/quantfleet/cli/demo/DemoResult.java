package io.quantfleet.cli.demo;

import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelVersion;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the story ended: what was made, what serves it, and how long each step took, in order. */
record DemoResult(
        ModelVersion model, List<ModelVersion.Variant> variants, List<Device> devices, Map<String, Duration> steps) {
    DemoResult {
        variants = List.copyOf(variants);
        devices = List.copyOf(devices);
        steps = new LinkedHashMap<>(steps);
    }
}
