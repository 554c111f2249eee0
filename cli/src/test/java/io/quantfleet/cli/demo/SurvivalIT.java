package io.quantfleet.cli.demo;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelVersion.Variant;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One story in which every process is killed once, each when it has most to lose: the worker in the middle of a job, the
 * control plane when the first result comes in, the servers when the devices fetch, an agent when it has begun to report,
 * in the end the supervisor. The story completes, nothing happens twice, and it can be told again.
 */
class SurvivalIT {
    private static final String MODEL = "glyphs";
    private static final String FLEET = "demo";

    @TempDir
    private Path work;

    @Test
    void completesTheStoryAlthoughEveryProcessIsKilledOnce() throws Exception {
        try (DemoProcess demo = DemoProcess.start(work)) {
            awaitMoment(demo, api -> anyVariant(api, variant -> variant.state().equals("RUNNING")));
            demo.kill("worker-1");
            awaitMoment(demo, api -> anyVariant(api, Variant::isFinal));
            demo.kill("control-plane");
            awaitMoment(demo, api -> !api.rollouts().isEmpty());
            demo.kill("servers");
            awaitMoment(demo, api -> anyDevice(api, device -> device.telemetryWindows() > 0));
            demo.kill("demo-rpi");

            assertThat(demo.awaitFigures().path("devices")).hasSize(3).allSatisfy(device -> {
                assertThat(device.path("state").asText()).isEqualTo("ACTIVE");
                assertThat(device.path("telemetryWindows").asInt()).isGreaterThanOrEqualTo(3);
            });
            for (String name : List.of("worker-1", "control-plane", "servers", "demo-rpi")) {
                await().untilAsserted(() -> assertThat(demo.output()).contains(name + " ended with status 137"));
            }
            assertNothingHappenedTwice(demo);

            demo.killSupervisor();
            await().untilAsserted(() -> assertThat(programs(demo)).noneMatch(ProcessHandle::isAlive));
        }
        try (DemoProcess again = DemoProcess.start(work, "--once")) {
            assertThat(again.awaitEnd()).as(again.output()).isZero();
            await().untilAsserted(() -> assertThat(again.processes()).noneMatch(ProcessHandle::isAlive));
        }
    }

    /** Our programs end with the supervisor; PostgreSQL's processes wait for the next one. */
    private static List<ProcessHandle> programs(DemoProcess demo) {
        return demo.processes().stream()
                .filter(process -> process.info()
                        .command()
                        .map(command -> command.endsWith("java"))
                        .orElse(false))
                .toList();
    }

    private static void awaitMoment(DemoProcess demo, Predicate<ControlPlaneClient> moment) {
        await().atMost(DemoProcess.LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (!demo.runs("control-plane")) {
                return false;
            }
            try {
                return moment.test(new ControlPlaneClient(demo.console()));
            } catch (CliException notYet) {
                return false;
            }
        });
    }

    private static boolean anyVariant(ControlPlaneClient api, Predicate<Variant> wanted) {
        return api.modelVersions(MODEL).stream()
                .flatMap(version -> version.variants().stream())
                .anyMatch(wanted);
    }

    private static boolean anyDevice(ControlPlaneClient api, Predicate<Device> wanted) {
        return api.devices(FLEET).stream().anyMatch(wanted);
    }

    private static void assertNothingHappenedTwice(DemoProcess demo) throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + demo.port("postgres") + "/quantfleet";
        try (Connection database = DriverManager.getConnection(url, "quantfleet", "")) {
            assertThat(count(database, "model_version")).isEqualTo(1);
            assertThat(count(database, "quantization_job where state = 'SUCCEEDED'"))
                    .isEqualTo(3);
            assertThat(count(database, "quantization_job")).isEqualTo(3);
            assertThat(count(database, "variant")).isEqualTo(3);
            assertThat(count(database, "rollout")).isEqualTo(1);
            assertThat(count(database, "deployment")).isEqualTo(3);
            assertThat(count(database, "deployment where state = 'ACTIVE'")).isEqualTo(3);
            assertThat(count(database, "device_event where kind = 'DEPLOYED'")).isEqualTo(3);
            assertThat(count(
                            database,
                            "(select 1 from telemetry_window group by device_id, window_number having count(*) > 1) d"))
                    .isZero();
        }
    }

    private static int count(Connection database, String from) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
