package io.quantfleet.controlplane.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AbsencesIT {
    private static final Instant BEGIN = Instant.parse("2026-11-26T10:00:00Z");

    private TestDatabase postgres;
    private Database database;
    private Absences absences;
    private Instant now = BEGIN;

    @BeforeEach
    void register() {
        postgres = TestDatabase.with(List.of("north"), List.of("rpi-cpu"));
        database = postgres.database();
        absences = new Absences(database, new JdbiDeviceStates(new JdbiDeviceTimeline()), new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        });
        device("back", true, BEGIN.plusSeconds(20));
        device("dead", true, BEGIN.minusSeconds(60));
        device("away", false, BEGIN.minusSeconds(60));
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    @Test
    void whoDoesNotComeBackAfterTheBrokerLostItsSessionsIsAway() {
        absences.sessionsLost();
        now = BEGIN.plusSeconds(119);
        absences.tick();
        assertThat(online()).containsExactly("back", "dead");

        now = BEGIN.plus(Duration.ofMinutes(2));
        absences.tick();

        assertThat(online()).containsExactly("back");
        assertThat(timeline("dead")).containsExactly("OFFLINE");
        assertThat(timeline("away")).isEmpty();
    }

    @Test
    void nobodyIsAwayAsLongAsTheBrokerKnowsItsSessions() {
        now = BEGIN.plus(Duration.ofHours(1));

        absences.tick();

        assertThat(online()).containsExactly("back", "dead");
    }

    private void device(String id, boolean online, Instant at) {
        database.useTransaction(tx -> tx.handle()
                .createUpdate("""
                        insert into device (device_id, device_class, fleet, labels, registered_at, online, state,
                            lifecycle, presence_at)
                        values (:id, 'rpi-cpu', 'north', '{}', now(), :online, 'IDLE', 'REGISTERED', :at)""")
                .bind("id", id)
                .bind("online", online)
                .bind("at", at)
                .execute());
    }

    private List<String> online() {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select device_id from device where online order by device_id")
                .mapTo(String.class)
                .list());
    }

    private List<String> timeline(String device) {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select kind from device_event where device_id = :device")
                .bind("device", device)
                .mapTo(String.class)
                .list());
    }
}
