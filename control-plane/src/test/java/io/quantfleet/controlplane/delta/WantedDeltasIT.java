package io.quantfleet.controlplane.delta;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.TestDatabase;
import io.quantfleet.protocols.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which deltas are made when a variant is ready: making one takes a processor for seconds. */
class WantedDeltasIT {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final Sha256 NEW = variant("the new one");

    private final JdbiDeltas pairs = new JdbiDeltas();
    private TestDatabase postgres;
    private Database database;

    @BeforeEach
    void register() {
        postgres = TestDatabase.with(List.of("north"), List.of("rpi-cpu", "gpu"));
        database = postgres.database();
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    @Test
    void areThoseFromOtherVersionsOfItsModelThatDevicesOfItsClassServe() {
        device("cam-1", "rpi-cpu", "faces", variant("faces 1"));
        device("cam-2", "rpi-cpu", "faces", variant("faces 2"));
        device("cam-3", "rpi-cpu", "faces", NEW);
        device("cam-4", "gpu", "faces", variant("faces 1 for gpu"));
        device("cam-5", "rpi-cpu", "plates", variant("plates 1"));

        want(4);

        assertThat(wanted())
                .containsExactlyInAnyOrder(
                        variant("faces 1").hex(), variant("faces 2").hex());
    }

    @Test
    void areThoseThatMostDevicesCouldUse() {
        device("cam-1", "rpi-cpu", "faces", variant("faces 1"));
        device("cam-2", "rpi-cpu", "faces", variant("faces 2"));
        device("cam-3", "rpi-cpu", "faces", variant("faces 2"));

        want(1);

        assertThat(wanted()).containsExactly(variant("faces 2").hex());
    }

    private void want(int mostPairs) {
        database.useTransaction(tx -> pairs.wantForModel(tx, "faces", "rpi-cpu", NEW, mostPairs, NOW));
    }

    private List<String> wanted() {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select from_sha256 from delta where to_sha256 = :to and state = 'WANTED'")
                .bind("to", NEW.hex())
                .mapTo(String.class)
                .list());
    }

    private void device(String id, String deviceClass, String model, Sha256 serves) {
        database.useTransaction(tx -> tx.handle()
                .createUpdate("""
                        insert into device (device_id, device_class, fleet, labels, registered_at, online, state, lifecycle,
                            active_model_name, active_model_version, active_variant_sha256)
                        values (:id, :class, 'north', '{}', now(), true, 'ACTIVE', 'REGISTERED', :model, 1, :serves)""")
                .bind("id", id)
                .bind("class", deviceClass)
                .bind("model", model)
                .bind("serves", serves.hex())
                .execute());
    }

    private static Sha256 variant(String content) {
        return Sha256.of(content.getBytes(StandardCharsets.UTF_8));
    }
}
