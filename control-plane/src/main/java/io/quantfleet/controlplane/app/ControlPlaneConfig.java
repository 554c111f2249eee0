package io.quantfleet.controlplane.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What can be configured under {@code quantfleet.}; Quarkus' own settings are under {@code quarkus.}. */
@ConfigMapping(prefix = "quantfleet")
public interface ControlPlaneConfig {
    Kafka kafka();

    Mqtt mqtt();

    Store objectStore();

    /** The Ed25519 key file that manifests are signed with. */
    Path signingKey();

    /** The Ed25519 key file that MQTT credentials are signed with; by default the same. */
    Optional<Path> credentialKey();

    /** The signed statement of the keys that devices trust, as {@code quantfleet keys} makes it. */
    Optional<Path> trustStatement();

    Manifests manifest();

    Delivery delivery();

    Deltas delta();

    Probe probe();

    Accuracy accuracy();

    Telemetry telemetry();

    interface Telemetry {
        Retention retention();

        /** How long telemetry is kept, at least. */
        interface Retention {
            /** Windows as they came, for devices' own pages; zero keeps none. */
            @WithDefault("P1D")
            Duration windows();

            /** Roll-ups by minute; at least two days. */
            @WithDefault("P8D")
            Duration minutes();

            /** Roll-ups by hour. */
            @WithDefault("P100D")
            Duration hours();

            /** Roll-ups by day. */
            @WithDefault("P1100D")
            Duration days();
        }
    }

    Rollouts rollouts();

    Alerts alerts();

    Tracing tracing();

    /** Of which devices spans are recorded, where a rollout's trace is. */
    interface Tracing {
        /** So many devices after each request that moves a rollout. */
        @WithDefault("20")
        int devicesPerRollout();

        /** Of the others, 0 to 1. */
        @WithDefault("0")
        double deviceRatio();
    }

    interface Rollouts {
        /** How often every rollout that runs is looked at. */
        @WithDefault("PT0.5S")
        Duration period();

        /** So long after the first attempt failed a device is asked again to go back; after the second, twice that. */
        @WithDefault("PT5S")
        Duration rollbackPause();
    }

    interface Alerts {
        /** How often the rules are looked at. */
        @WithDefault("PT15S")
        Duration period();
    }

    interface Kafka {
        /** HOST:PORT, several separated by commas. */
        String bootstrapServers();

        /** Put before the name of every topic and group. */
        Optional<String> topicPrefix();

        /** Of the topics that the control plane makes; those that exist stay as they are. */
        @WithDefault("4")
        int partitions();

        /**
         * Names this instance to Kafka, so that one restarted gets its partitions back at once. Unique among the
         * instances of one installation; by default the host's name.
         */
        Optional<String> instanceId();
    }

    interface Mqtt {
        /** What the control plane connects to: tcp://HOST:PORT. */
        URI uri();

        /** What devices are told to connect to; by default the same. */
        Optional<URI> publicUri();

        @WithDefault("signed")
        Accounts accounts();

        /** The control plane's own, at a broker that can't check signed credentials. */
        Optional<String> password();

        /** How the broker tells friends from strangers. */
        enum Accounts {
            /** It checks signed credentials by itself. */
            SIGNED,
            /** The control plane tells Mosquitto's dynamic security plugin of each device. */
            MOSQUITTO_DYNAMIC_SECURITY
        }
    }

    interface Store {
        Path directory();
    }

    interface Manifests {
        /** How long a device may act on a manifest after it was signed. */
        @WithDefault("P30D")
        Duration validity();
    }

    interface Delivery {
        /** How often chunks are taken off the broker that no live manifest names any more. */
        @WithDefault("PT30S")
        Duration withdrawPeriod();

        /** This program's address as devices reach it, for fetching artifacts over HTTP; without one they can't. */
        Optional<URI> publicUri();

        /** An artifact that is larger as published is served over HTTP alone, if there is a public address. */
        @WithDefault("67108864")
        long maxBrokerBytes();
    }

    interface Deltas {
        /** How long a stage that opens waits for deltas that are being made. */
        @WithDefault("PT20S")
        Duration patience();

        /** How long making one may take. */
        @WithDefault("PT3M")
        Duration timeLimit();

        /** Of a variant; no deltas are made for larger ones. */
        @WithDefault("268435456")
        long maxBytes();
    }

    interface Probe {
        /** Samples in the probe set that travels with a variant. */
        @WithDefault("100")
        int samples();
    }

    interface Accuracy {
        /** Percentage points a variant may lose against FP32 where the registration doesn't say. */
        @WithDefault("1.0")
        double maxLossPoints();
    }
}
