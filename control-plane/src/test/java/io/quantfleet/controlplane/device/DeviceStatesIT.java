package io.quantfleet.controlplane.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.TestDatabase;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeviceStatesIT {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

    private final JdbiDeviceStates states = new JdbiDeviceStates(new JdbiDeviceTimeline());
    private TestDatabase postgres;
    private Database database;

    @BeforeEach
    void register() {
        postgres = TestDatabase.with(List.of("north"), List.of("rpi-cpu"));
        database = postgres.database();
        database.useTransaction(tx -> tx.handle().execute("""
                insert into device (device_id, device_class, fleet, labels, registered_at, online, state, lifecycle,
                    agent_version)
                values ('cam-1', 'rpi-cpu', 'north', '{}', now(), false, 'IDLE', 'REGISTERED', '1.2.0')"""));
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    @Test
    void theVersionOfAReportIsTheDevicesFromThenOn() {
        report(1, "1.3.0");

        assertThat(version()).isEqualTo("1.3.0");
        assertThat(agentSortsAbove("1.2.9")).isTrue();
    }

    @Test
    void theLastVersionOfSeveralReportsCountsAndAnOldReportSaysNothing() {
        database.useTransaction(tx -> states.reported(
                tx, List.of(report("1.3.0", 2), report("1.4.0", 3), report("0.9.0", 1), report("", 4)), NOW));

        assertThat(version()).isEqualTo("1.4.0");
    }

    @Test
    void theVersionOfAPresenceIsTheDevicesFromThenOn() {
        present("1.3.0");
        assertThat(version()).isEqualTo("1.3.0");

        present("");
        assertThat(version()).isEqualTo("1.3.0");
    }

    @Test
    void aVersionThatIsAsItWasIsNotWrittenBecauseItsSortKeyIsDear() {
        database.useTransaction(tx -> tx.handle().execute("""
                create function refuse() returns trigger language plpgsql as
                    $$ begin raise exception 'the version was written'; end $$;
                create trigger refuse before update of agent_version on device execute function refuse()"""));

        report(1, "1.2.0");
        present("1.2.0");

        assertThat(version()).isEqualTo("1.2.0");
    }

    private void report(long number, String version) {
        database.useTransaction(tx -> states.reported(tx, List.of(report(version, number)), NOW));
    }

    private static ReportedState report(String version, long number) {
        return ReportedState.newBuilder()
                .setDeviceId("cam-1")
                .setReportNumber(number)
                .setState(DeviceState.DEVICE_STATE_IDLE)
                .setAgentVersion(version)
                .build();
    }

    private void present(String version) {
        Presence presence = Presence.newBuilder()
                .setDeviceId("cam-1")
                .setOnline(true)
                .setAgentVersion(version)
                .build();
        database.useTransaction(tx -> states.presence(tx, List.of(presence), NOW));
    }

    private String version() {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select agent_version from device")
                .mapTo(String.class)
                .one());
    }

    private boolean agentSortsAbove(String other) {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select agent_version_key > version_key(:other) from device")
                .bind("other", other)
                .mapTo(Boolean.class)
                .one());
    }
}
