package io.quantfleet.controlplane.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.controlplane.testing.TestDatabase;
import io.quantfleet.protocols.ReasonCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is kept of a creation, for how long, and together with what. */
class CreationsIT {
    private static final Instant NOON = Instant.parse("2026-11-02T12:00:00Z");
    private static final Map<String, String> REQUEST = Map.of("name", "x");

    private static TestDatabase server;
    private static Database database;

    private final AtomicInteger runs = new AtomicInteger();

    @BeforeAll
    static void start() {
        server = TestDatabase.start();
        database = server.database();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Creations at(Instant now) {
        return new Creations(
                database, new JdbiIdempotentAnswers(), new ObjectMapper(), Clock.fixed(now, ZoneOffset.UTC));
    }

    private Creation make(Tx tx) {
        int run = runs.incrementAndGet();
        insertFleet(tx, "made-" + run);
        return Creation.at("/made/" + run, Map.of("run", run));
    }

    private static void insertFleet(Tx tx, String name) {
        tx.handle().execute("insert into fleet (name, description, created_at) values (?, '', now())", name);
    }

    private static int fleets(String name) {
        return database.inTransaction(tx -> tx.handle()
                .createQuery("select count(*) from fleet where name = :name")
                .bind("name", name)
                .mapTo(Integer.class)
                .one());
    }

    @Test
    void anAnswerIsKeptForADay() {
        at(NOON).once("kept", "make", REQUEST, this::make);
        at(NOON.plus(Duration.ofHours(24))).once("kept", "make", REQUEST, this::make);
        assertThat(runs).hasValue(1);

        at(NOON.plus(Duration.ofHours(24)).plusMillis(1)).once("kept", "make", REQUEST, this::make);
        assertThat(runs).hasValue(2);
        database.useTransaction(tx -> tx.handle().execute("delete from fleet where name like 'made-%'"));
    }

    @Test
    void whatWasMadeAndTheAnswerAreOneTransaction() {
        Object thatIsNoJson = new Object();

        assertThatThrownBy(() -> at(NOON).once("torn", "make", REQUEST, tx -> {
                    insertFleet(tx, "torn");
                    return Creation.of(thatIsNoJson);
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(fleets("torn")).isZero();
        at(NOON).once("torn", "make", REQUEST, tx -> {
            insertFleet(tx, "torn");
            return Creation.of("done");
        });
        assertThat(fleets("torn")).isOne();
    }

    @Test
    void theSecondOfTwoAtTheSameTimeIsToldToAskAgain() {
        at(NOON).once("busy", "make", REQUEST, tx -> {
            CompletableFuture<?> second = CompletableFuture.supplyAsync(
                    () -> at(NOON).once("busy", "make", REQUEST, other -> Creation.of("never")));
            assertThatThrownBy(second::join)
                    .cause()
                    .isInstanceOfSatisfying(ControlPlaneException.class, e -> assertThat(e.code())
                            .isEqualTo(ReasonCode.IDEMPOTENCY_KEY_IN_USE));
            return Creation.of("done");
        });
    }

    @Test
    void anotherOperationIsAnotherRequest() {
        at(NOON).once("which", "make", REQUEST, tx -> Creation.of("done"));

        assertThatThrownBy(() -> at(NOON).once("which", "unmake", REQUEST, tx -> Creation.of("never")))
                .isInstanceOfSatisfying(ControlPlaneException.class, e -> assertThat(e.code())
                        .isEqualTo(ReasonCode.IDEMPOTENCY_KEY_REUSED));
    }
}
