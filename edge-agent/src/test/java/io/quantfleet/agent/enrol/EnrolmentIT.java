package io.quantfleet.agent.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.agent.AgentException;
import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.testkit.EnrolmentStub;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.signing.SigningKey;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentIT {
    private static final SigningKey KEY = SigningKey.generate();
    private static final URI BROKER = URI.create("tcp://broker:1883");

    @TempDir
    Path directory;

    private EnrolmentStub stub;
    private IdentityFile file;
    private Enroller enroller;

    @BeforeEach
    void start() throws IOException {
        stub = new EnrolmentStub(0, BROKER, KEY);
        file = new IdentityFile(directory.resolve("identity"));
        enroller = new Enroller(
                new HttpEnrolmentService(URI.create(stub.uri() + "/")),
                file,
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), new Random(1)));
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    @Test
    void keepsWhatItIsGiven() throws Exception {
        assertThat(file.load()).isEmpty();

        EnrolmentResult result = enroller.enrol(request(EnrolmentStub.TOKEN));

        Identity expected = new Identity(
                new DeviceId("cam-1"),
                "rpi-cpu",
                "lab",
                "secret",
                BROKER,
                new PinnedKeys(0, KEY.verificationKeys().toPem(), List.of()));
        assertThat(result).isEqualTo(new EnrolmentResult.Enrolled(expected));
        assertThat(file.load()).contains(expected);
        assertThat(expected.toString()).doesNotContain("secret");
    }

    @Test
    void asksAgainUntilTheControlPlaneAnswers() throws Exception {
        stub.answerUnavailable(3);

        EnrolmentResult result = enroller.enrol(request(EnrolmentStub.TOKEN));

        assertThat(result).isInstanceOf(EnrolmentResult.Enrolled.class);
        assertThat(stub.requests).hasSize(4);
    }

    @Test
    void doesNotAskAgainAfterARefusal() throws Exception {
        EnrolmentResult result = enroller.enrol(request("wrong"));

        assertThat(result).isEqualTo(new EnrolmentResult.Refused("ENROLMENT_TOKEN_INVALID", "this token is not known"));
        assertThat(stub.requests).hasSize(1);
        assertThat(file.load()).isEmpty();
    }

    @Test
    void aDamagedIdentityIsNamed() throws IOException {
        Path path = Files.writeString(directory.resolve("identity"), "deviceId=cam-1\n");

        assertThatThrownBy(() -> file.load()).isInstanceOf(AgentException.class).hasMessageContaining(path.toString());
    }

    private static EnrolmentRequest request(String token) {
        return new EnrolmentRequest(token, new DeviceId("cam-1"), "rpi-cpu", "0.1.0", Map.of("site", "roof"));
    }
}
