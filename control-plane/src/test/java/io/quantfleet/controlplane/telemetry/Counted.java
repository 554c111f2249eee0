package io.quantfleet.controlplane.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.testing.TestDatabase;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A real database with ten devices, and the parts that count their windows. */
final class Counted implements AutoCloseable {
    static final String VARIANT = "ab".repeat(32);
    private static final TelemetryRetention RETENTION =
            new TelemetryRetention(Duration.ofDays(1), Duration.ofDays(8), Duration.ofDays(100), Duration.ofDays(1100));

    final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    final JdbiRollUpQueries queries = new JdbiRollUpQueries();
    JdbiBaselines baselines = new JdbiBaselines();
    final Database database;
    private final TestDatabase server;
    private TelemetryWindowHandler handler;

    Counted() {
        this.server = TestDatabase.start();
        this.database = server.database();
        database.useTransaction(tx -> {
            tx.handle().execute("insert into device_class values ('rpi-cpu', '', false, now())");
            tx.handle().execute("insert into fleet (name, created_at) values ('lab', now())");
            tx.handle()
                    .execute("insert into device (device_id, device_class, fleet, lifecycle)"
                            + " select 'pi-' || i, 'rpi-cpu', 'lab', 'REGISTERED' from generate_series(0, 9) as i");
        });
        this.handler = handler(now);
    }

    /** From now on it is then. */
    void setNow(Instant then) {
        handler = handler(then);
    }

    /** Acts on windows, and is killed before it commits. */
    void takeInVain(List<TelemetryWindowReceived> windows) {
        try {
            database.useTransaction(tx -> {
                handler.handleAll(tx, windows);
                throw new IllegalStateException("killed");
            });
        } catch (IllegalStateException killed) {
            // As it was meant.
        }
    }

    void forgetEverything() {
        database.useTransaction(tx -> tx.handle()
                .execute("truncate telemetry_window, telemetry_minute, telemetry_hour, telemetry_day, telemetry_series,"
                        + " telemetry_baseline, device_telemetry"));
        // It remembers which are complete.
        baselines = new JdbiBaselines();
        handler = handler(now);
    }

    /** What a minute's windows of one class would come to. */
    static Map.Entry<JdbiRollUps.Key, Figures> minute(Instant minute, String deviceClass, Histogram latency) {
        Counts counts = new Counts(latency.getTotalCount(), latency.getTotalCount(), 0, 0, 0, 0, 0, 0);
        return Map.entry(
                new JdbiRollUps.Key(Resolution.MINUTE.bucket(minute), "lab", deviceClass, VARIANT, "m", 1),
                new Figures(counts, LatencyHistogram.decode(encoded(latency)), Distributions.NONE));
    }

    void store(Map<JdbiRollUps.Key, Figures> minutes) {
        database.useTransaction(tx -> new JdbiRollUps().add(tx, minutes, (resolution, at) -> true));
    }

    TelemetryWindowHandler handler(Instant at) {
        return new TelemetryWindowHandler(
                new JdbiWindows(),
                new TelemetryCounting(new JdbiSeries(), new JdbiDeviceSums(), new JdbiRollUps(), baselines),
                partitions(at),
                new TelemetryMetrics(new SimpleMeterRegistry()),
                Clock.fixed(at, ZoneOffset.UTC));
    }

    TelemetryPartitions partitions(Instant at) {
        TelemetryPartitions partitions =
                new TelemetryPartitions(database, new JdbiPartitions(), RETENTION, Clock.fixed(at, ZoneOffset.UTC));
        partitions.bringUpToDate();
        return partitions;
    }

    void take(List<TelemetryWindowReceived> windows) {
        database.useTransaction(tx -> handler.handleAll(tx, windows));
    }

    Figures sum() {
        return sum(now.minus(5, ChronoUnit.DAYS), now.plusSeconds(60));
    }

    Figures sum(Instant from, Instant to) {
        return database.inTransaction(tx -> queries.sum(tx, Selection.ALL, SpanPlan.of(from, to)))
                .orElseThrow();
    }

    Map<Instant, Figures> hours(Instant day) {
        SpanPlan.Piece piece = SpanPlan.inSteps(day, day.plus(1, ChronoUnit.DAYS), 3600);
        return database.inTransaction(tx -> queries.steps(tx, Selection.ALL, piece, 3600));
    }

    Map<Instant, Figures> minutes(Instant day) {
        SpanPlan.Piece piece = SpanPlan.inSteps(day, day.plus(1, ChronoUnit.DAYS), 60);
        return database.inTransaction(tx -> queries.steps(tx, Selection.ALL, piece, 60));
    }

    long number(String sql, Object... parameters) {
        return database.inTransaction(tx -> {
            var query = tx.handle().createQuery(sql);
            for (int i = 0; i < parameters.length; i++) {
                query.bind(i, parameters[i]);
            }
            return query.mapTo(Long.class).one();
        });
    }

    TelemetryWindowReceived window(int device, long series, long number, Instant end, int right, int wrong) {
        return received(wire(device, number, end, right, wrong)
                .setFormat(2)
                .setSeries(series)
                .setVariant(ByteString.fromHex(VARIANT)));
    }

    TelemetryWindowReceived format1(int device, long number) {
        return received(wire(device, number, now, 5, 0).setVariantSha256(VARIANT));
    }

    TelemetryWindowReceived received(TelemetryWindow.Builder window) {
        return TelemetryWindowReceived.newBuilder()
                .setWindow(window)
                .setReceivedAt(timestamp(now))
                .build();
    }

    private static TelemetryWindow.Builder wire(int device, long number, Instant end, int right, int wrong) {
        Histogram latency = new Histogram(3_600_000_000L, 2);
        latency.recordValueWithCount(1000 + device, right + wrong);
        return TelemetryWindow.newBuilder()
                .setDeviceId("pi-" + device)
                .setWindowNumber(number)
                .setStart(timestamp(end.minusSeconds(60)))
                .setEnd(timestamp(end))
                .setModelName("m")
                .setModelVersion(1)
                .setLatencyHistogram(ByteString.copyFrom(encoded(latency)))
                .setInferences(right + wrong)
                .setRight(right)
                .setWrong(wrong)
                .addPredictedClasses(0)
                .addPredictedCounts(right)
                .addPredictedClasses(1)
                .addPredictedCounts(wrong)
                .addAllConfidences(Collections.nCopies(10, 1L));
    }

    private static byte[] encoded(Histogram latency) {
        ByteBuffer buffer = ByteBuffer.allocate(latency.getNeededByteBufferCapacity());
        int size = latency.encodeIntoCompressedByteBuffer(buffer);
        return Arrays.copyOf(buffer.array(), size);
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).build();
    }

    @Override
    public void close() {
        server.close();
    }
}
