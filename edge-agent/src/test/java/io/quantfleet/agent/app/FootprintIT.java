package io.quantfleet.agent.app;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.AgentProgram;
import io.quantfleet.agent.testkit.EnrolmentStub;
import io.quantfleet.agent.testkit.PackagedAgent;
import io.quantfleet.agent.testkit.TestBroker;
import io.quantfleet.agent.testkit.TestControlPlane;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.DeviceState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the agent costs as its script starts it ({@code docs/edge-agent.md}): memory with a model of a few kilobytes, that is
 * the agent's own, and the time until a model that it has answers. Prints the figures. The aims are 90 MB and 2 s; the
 * bounds leave room for other builds of Java and of the C library, and for machines that do other things meanwhile.
 */
class FootprintIT {
    private static final SigningKey KEY = SigningKey.generate();
    private static final DeviceId DEVICE = new DeviceId("cam-9");
    private static final long LARGEST_BYTES = 115_000_000;
    /** Of what is no file's: how much of its libraries a process has in memory is up to the system. */
    private static final long LARGEST_ANONYMOUS_BYTES = 65_000_000;
    /** Of processor time: how long it takes depends on what else the machine does. */
    private static final Duration SLOWEST_START = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Test
    void isSmallAndStartsFast() throws Exception {
        PackagedAgent packaged = PackagedAgent.in(directory.resolve("agent"));
        packaged.prepare();
        int port = TestBroker.freePort();
        try (TestBroker broker = TestBroker.start(directory.resolve("broker"), port);
                EnrolmentStub enrolment = new EnrolmentStub(0, TestBroker.uri(port), KEY);
                TestControlPlane controlPlane = new TestControlPlane(TestBroker.uri(port), KEY, DEVICE)) {
            try (AgentProgram agent = start(packaged, enrolment)) {
                controlPlane.deploy(TestDeployment.of(DEVICE, "d1", 1));
                await().until(() -> controlPlane.statesOf("d1").contains(DeviceState.DEVICE_STATE_ACTIVE));
                agent.terminate();
            }
            Files.deleteIfExists(directory.resolve("state/inference-port"));
            long begun = System.nanoTime();
            try (AgentProgram agent = start(packaged, enrolment)) {
                await().pollInterval(Duration.ofMillis(10)).until(this::isReady);
                Duration ready = Duration.ofNanos(System.nanoTime() - begun);
                Duration computed = ProcessHandle.of(agent.pid())
                        .flatMap(process -> process.info().totalCpuDuration())
                        .orElseThrow();
                int windows = controlPlane.windows.size();
                await().until(() -> controlPlane.windows.size() > windows + 20);
                long resident = status(agent, "VmRSS") << 10;
                System.out.printf(
                        "agent: ready after %d ms, resident %.1f MB (anonymous %.1f, files %.1f), %d threads%n",
                        ready.toMillis(),
                        resident / 1e6,
                        (status(agent, "RssAnon") << 10) / 1e6,
                        (status(agent, "RssFile") << 10) / 1e6,
                        status(agent, "Threads"));
                assertThat(resident).isLessThan(LARGEST_BYTES);
                assertThat(status(agent, "RssAnon") << 10).isLessThan(LARGEST_ANONYMOUS_BYTES);
                assertThat(computed).isLessThan(SLOWEST_START);
            }
        }
    }

    private AgentProgram start(PackagedAgent packaged, EnrolmentStub enrolment) throws IOException {
        return AgentProgram.start(
                directory.resolve("agent.log"),
                packaged,
                "--control-plane=" + enrolment.uri(),
                "--device-id=" + DEVICE,
                "--device-class=" + TestDeployment.DEVICE_CLASS,
                "--state-dir=" + directory.resolve("state"),
                "--enrolment-token=" + EnrolmentStub.TOKEN,
                "--telemetry-interval=500ms",
                "--reconnect-spread=1ms",
                "--probe-rate=20/s",
                "--inference-port=0");
    }

    private boolean isReady() throws InterruptedException {
        try {
            String port =
                    Files.readString(directory.resolve("state/inference-port")).strip();
            return HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/health/ready"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException | IllegalArgumentException notYet) {
            return false;
        }
    }

    /** A number from the process's status: KiB where it is of memory. */
    private static long status(AgentProgram agent, String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + agent.pid() + "/status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
