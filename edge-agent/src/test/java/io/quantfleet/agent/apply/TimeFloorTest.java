package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeFloorTest {
    private static final Instant SIGNED = Instant.parse("2026-03-01T00:00:00Z");
    private static final SigningKey KEY = SigningKey.generate();
    private static final Trust TRUST =
            Trust.pinned(0, KEY.verificationKeys(), VerificationKeys.ofPem(java.util.List.of()));

    @TempDir
    Path directory;

    private long nanos = 17;

    private TimeFloor floor() {
        return new TimeFloor(directory.resolve("time-floor"), Optional.empty(), () -> nanos);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private static Assignment signed(SigningKey key, Instant at) throws Exception {
        Manifest manifest = Manifest.newBuilder()
                .setIssuedAt(Timestamp.newBuilder().setSeconds(at.getEpochSecond()))
                .build();
        return Assignment.of(
                new ManifestSigner(key, Optional.empty()).sign(manifest).toByteArray());
    }

    private static Trust revoking(SigningKey key) {
        TrustStatement statement = TrustStatement.newBuilder()
                .setVersion(2)
                .addRevokedKeyIds(key.keyId())
                .addRootKeys(ByteString.copyFrom(KEY.verificationKeys().toX509().get(0)))
                .build();
        return Trust.adopted(SignedTrustStatement.newBuilder()
                .setStatement(statement.toByteString())
                .build());
    }

    @Test
    void knowsNothingAtFirst() {
        assertThat(floor().atLeast(TRUST)).isEqualTo(Instant.MIN);
    }

    @Test
    void growsAsLongAsTheAgentRuns() throws Exception {
        TimeFloor floor = floor();

        floor.raise(signed(KEY, SIGNED), TRUST);
        pass(Duration.ofDays(40));

        assertThat(floor.atLeast(TRUST)).isEqualTo(SIGNED.plus(Duration.ofDays(40)));
    }

    @Test
    void anOlderManifestTakesNothingBack() throws Exception {
        TimeFloor floor = floor();
        floor.raise(signed(KEY, SIGNED), TRUST);

        floor.raise(signed(KEY, SIGNED.minusSeconds(60)), TRUST);

        assertThat(floor.atLeast(TRUST)).isEqualTo(SIGNED);
    }

    @Test
    void isKeptOverRestartsButForTheLastHour() throws Exception {
        TimeFloor first = floor();
        first.raise(signed(KEY, SIGNED), TRUST);
        for (int minute = 0; minute < 150; minute++) {
            pass(Duration.ofMinutes(1));
            first.tick();
        }

        assertThat(floor().atLeast(TRUST)).isEqualTo(SIGNED.plus(Duration.ofHours(2)));
    }

    @Test
    void whatARevokedKeySaidOfTheTimeCountsForNothing() throws Exception {
        SigningKey stolen = SigningKey.generate();
        TimeFloor floor = floor();
        floor.raise(signed(stolen, SIGNED.plus(Duration.ofDays(36_500))), TRUST);

        assertThat(floor.atLeast(revoking(stolen))).isEqualTo(Instant.MIN);
        floor.raise(signed(KEY, SIGNED), revoking(stolen));
        assertThat(floor.atLeast(revoking(stolen))).isEqualTo(SIGNED);
    }
}
