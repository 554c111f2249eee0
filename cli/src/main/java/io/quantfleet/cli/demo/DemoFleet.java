package io.quantfleet.cli.demo;

import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelVersion;
import io.quantfleet.cli.client.ModelVersion.Variant;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Program;
import io.quantfleet.cli.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The demo's fleet: one device of each built-in class, each an agent with its own process and state directory. */
record DemoFleet(String name, List<Member> members) {
    private static final Duration TELEMETRY_INTERVAL = Duration.ofSeconds(1);

    /** One device. */
    record Member(String deviceId, String deviceClass) {}

    /** The fleet that every demo uses. */
    static DemoFleet standard() {
        return new DemoFleet(
                "demo",
                List.of(
                        new Member("demo-rpi", "rpi-cpu"),
                        new Member("demo-phone", "phone-npu"),
                        new Member("demo-gpu", "gpu")));
    }

    /** The device that starts first. */
    String firstDevice() {
        return members.get(0).deviceId();
    }

    /** Those of {@code devices} that belong to the demo, in the fleet's order. */
    List<Device> membersAmong(List<Device> devices) {
        return members.stream()
                .flatMap(member ->
                        devices.stream().filter(device -> device.deviceId().equals(member.deviceId())))
                .toList();
    }

    /** The variants of {@code version} for the fleet's classes, in the fleet's order. */
    List<Variant> variantsAmong(ModelVersion version) {
        return members.stream()
                .flatMap(member -> version.variants().stream()
                        .filter(variant -> variant.deviceClass().equals(member.deviceClass())))
                .toList();
    }

    /** How a member's agent is started: as on a device, with the token in the environment. */
    static Program agent(Member member, String token, Stack stack, Installation installation) {
        return new Program(
                member.deviceId(),
                List.of(
                        installation.java().toString(),
                        "-Xmx64m",
                        "-Xss256k",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-jar",
                        installation.agent().toString(),
                        "--control-plane",
                        stack.addresses().console().toString(),
                        "--device-id",
                        member.deviceId(),
                        "--device-class",
                        member.deviceClass(),
                        "--state-dir",
                        stack.directory()
                                .resolve("agents")
                                .resolve(member.deviceId())
                                .toString(),
                        "--telemetry-interval",
                        TELEMETRY_INTERVAL.toSeconds() + "s",
                        "--probe-rate",
                        "20/s"),
                Map.of("QUANTFLEET_AGENT_ENROLMENT_TOKEN", token),
                stack.directory().log(member.deviceId()),
                Optional.empty(),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10));
    }
}
