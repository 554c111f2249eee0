package io.quantfleet.cli.stack;

import static java.util.Map.entry;

import io.quantfleet.cli.keys.KeyDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How each program of a stack is started: the commands of production, with the addresses of this machine. */
public final class StackPrograms {
    /** The name of the embedded servers' process. */
    public static final String SERVERS = "servers";
    /** The name of the control plane. */
    public static final String CONTROL_PLANE = "control-plane";

    /** Larger variants go over HTTP: several live ones have room in the embedded broker's memory. */
    private static final int LARGEST_ON_BROKER = 32 << 20;

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final Installation installation;
    private final DataDirectory directory;
    private final StackAddresses addresses;

    StackPrograms(Installation installation, DataDirectory directory, StackAddresses addresses) {
        this.installation = installation;
        this.directory = directory;
        this.addresses = addresses;
    }

    /** The name of a worker; {@code index} counts from 0. */
    public static String worker(int index) {
        return "worker-" + (index + 1);
    }

    Program servers(Path trustedKey) {
        List<String> command = java(
                // Chunks on their way to devices are large and short-lived; a small young generation would let them
                // grow old.
                // What is live on the broker is in memory, too.
                "-Xmx480m",
                "-Xmn176m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:TieredStopAtLevel=1",
                "-Dquantfleet.log.level=INFO",
                // Xodus, in which HiveMQ keeps its sessions, and Netty reach into these.
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        command.addAll(List.of("-jar", installation.cli().toString(), "servers"));
        command.addAll(List.of("--data-dir", directory.root().toString()));
        command.addAll(List.of("--binaries-dir", UserCache.directory("postgres").toString()));
        command.addAll(List.of("--trusted-key", trustedKey.toString()));
        command.addAll(
                List.of("--postgres-port", Integer.toString(addresses.servers().postgres())));
        command.addAll(
                List.of("--kafka-port", Integer.toString(addresses.servers().kafka())));
        command.addAll(List.of(
                "--kafka-controller-port", Integer.toString(addresses.servers().kafkaController())));
        command.addAll(
                List.of("--mqtt-port", Integer.toString(addresses.servers().mqtt())));
        command.addAll(
                List.of("--health-port", Integer.toString(addresses.servers().health())));
        return new Program(
                SERVERS,
                command,
                Map.of(),
                directory.log(SERVERS),
                Optional.of(addresses.serversHealth()),
                START_LIMIT,
                STOP_LIMIT);
    }

    /** @param settings variables of its environment that are not as usual */
    Program controlPlane(KeyDirectory keys, Map<String, String> settings) {
        List<String> command = java("-Xmx256m", "-XX:TieredStopAtLevel=1");
        command.addAll(List.of("-jar", installation.controlPlane().toString()));
        Map<String, String> environment = new HashMap<>(Map.ofEntries(
                entry("QUARKUS_HTTP_HOST", "127.0.0.1"),
                entry("QUARKUS_HTTP_PORT", Integer.toString(addresses.http())),
                entry("QUARKUS_DATASOURCE_JDBC_URL", addresses.jdbc()),
                entry("QUARKUS_DATASOURCE_USERNAME", "quantfleet"),
                entry("QUARKUS_DATASOURCE_PASSWORD", "quantfleet"),
                entry("QUANTFLEET_KAFKA_BOOTSTRAP_SERVERS", addresses.kafka()),
                entry("QUANTFLEET_MQTT_URI", addresses.mqtt()),
                entry("QUANTFLEET_DELIVERY_PUBLIC_URI", "http://127.0.0.1:" + addresses.http()),
                entry("QUANTFLEET_DELIVERY_MAX_BROKER_BYTES", Integer.toString(LARGEST_ON_BROKER)),
                entry("QUANTFLEET_OBJECT_STORE_DIRECTORY", objectStore()),
                entry("QUANTFLEET_SIGNING_KEY", keys.signingKey().toString()),
                entry("QUANTFLEET_CREDENTIAL_KEY", keys.credentialKey().toString()),
                entry("QUANTFLEET_TRUST_STATEMENT", keys.trustStatement().toString())));
        environment.putAll(settings);
        return new Program(
                CONTROL_PLANE,
                command,
                environment,
                directory.log(CONTROL_PLANE),
                Optional.of(addresses.controlPlaneHealth()),
                START_LIMIT,
                STOP_LIMIT);
    }

    Program workerProgram(int index) {
        String name = worker(index);
        List<String> command = java("-Xmx512m");
        command.addAll(List.of("-jar", installation.worker().toString()));
        command.addAll(List.of("--kafka", addresses.kafka()));
        command.addAll(List.of("--object-store", objectStore()));
        command.addAll(List.of("--work-dir", directory.resolve(name).toString()));
        command.addAll(List.of("--worker-id", name));
        command.addAll(
                List.of("--http-port", Integer.toString(addresses.workers().get(index))));
        return new Program(
                name,
                command,
                Map.of(),
                directory.log(name),
                Optional.of(addresses.workerHealth(index)),
                START_LIMIT,
                STOP_LIMIT);
    }

    private String objectStore() {
        return directory.resolve("object-store").toString();
    }

    private List<String> java(String... options) {
        List<String> command = new ArrayList<>();
        command.add(installation.java().toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(List.of(options));
        return command;
    }
}
