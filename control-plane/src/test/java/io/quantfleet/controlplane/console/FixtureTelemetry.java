package io.quantfleet.controlplane.console;

import static io.quantfleet.controlplane.console.ConsoleFixture.sha256;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Telemetry of {@link ConsoleFixture}: one window a minute and device for two hours, and the roll-ups of them. */
final class FixtureTelemetry {
    private static final int MINUTES = 120;
    private static final Map<String, Integer> TYPICAL_MICROS =
            Map.of("rpi-cpu", 4_300, "phone-npu", 2_700, "gpu", 1_150);

    private static final List<String> TABLES =
            List.of("telemetry_window", "telemetry_minute", "telemetry_hour", "telemetry_day", "device_telemetry");

    private FixtureTelemetry() {}

    static void insert(Handle handle, Instant now, Random random) {
        Instant start = now.truncatedTo(ChronoUnit.MINUTES).minus(MINUTES, ChronoUnit.MINUTES);
        if (isKept(handle, start)) {
            TABLES.forEach(table -> handle.execute("insert into " + table + " select * from console_fixture." + table));
            return;
        }
        measure(handle, start, random);
        keep(handle, start);
    }

    /** Whether what was measured from {@code start} on is kept in this database: the next test begins in the same minute. */
    private static boolean isKept(Handle handle, Instant start) {
        handle.execute("create schema if not exists console_fixture");
        handle.execute("create table if not exists console_fixture.kept (start timestamptz)");
        return handle.createQuery("select exists (select from console_fixture.kept where start = :start)")
                .bind("start", utc(start))
                .mapTo(Boolean.class)
                .one();
    }

    private static void keep(Handle handle, Instant start) {
        TABLES.forEach(table -> {
            handle.execute("drop table if exists console_fixture." + table);
            handle.execute("create table console_fixture." + table + " as select * from " + table);
        });
        handle.execute("delete from console_fixture.kept");
        handle.execute("insert into console_fixture.kept values (?)", utc(start));
    }

    private static void measure(Handle handle, Instant start, Random random) {
        RollUps rollUps = new RollUps();
        for (int minute = 0; minute <= MINUTES; minute++) {
            Instant at = start.plus(minute, ChronoUnit.MINUTES);
            Map<String, Sum> sums = new TreeMap<>();
            PreparedBatch windows =
                    handle.prepareBatch("insert into telemetry_window values (?, ?, ?, ?, null, ?, 'glyphs',"
                            + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            for (int i = 0; i < 24; i++) {
                boolean silent = (i == 15 && minute > 66) || (i == 20 && minute > 61);
                if (!silent) {
                    window(windows, sums, i, minute, at, random);
                }
            }
            windows.execute();
            rollUps.minute(handle, at, sums);
        }
        rollUps.hoursAndDays(handle);
        handle.execute("insert into device_telemetry select w.device_id, w.variant_sha256, count(*), (array_agg("
                + "w.latency_histogram))[1], avg(w.p50_micros), avg(w.p95_micros), sum(w.inferences),"
                + " sum(w.right_answers), sum(w.wrong_answers), sum(w.errors), max(w.end_at)"
                + " from telemetry_window w join device d on d.device_id = w.device_id"
                + " and d.active_variant_sha256 = w.variant_sha256 group by 1, 2");
    }

    /** A minute in which all inferences took the same time. */
    record Minute(Instant at, long micros, int inferences) {}

    /** The roll-ups of some minutes. */
    static void insert(Handle handle, String fleet, Minute... minutes) {
        RollUps rollUps = new RollUps();
        for (Minute minute : minutes) {
            Histogram histogram = new Histogram(2);
            histogram.recordValueWithCount(minute.micros(), minute.inferences());
            Sum sum = new Sum(fleet, "rpi-cpu", 1, sha256("same"));
            sum.add(histogram, minute.inferences(), minute.inferences());
            rollUps.minute(handle, minute.at().truncatedTo(ChronoUnit.MINUTES), Map.of(fleet, sum));
        }
        rollUps.hoursAndDays(handle);
    }

    private static void window(
            PreparedBatch batch, Map<String, Sum> sums, int i, int minute, Instant at, Random random) {
        String deviceClass = FixtureDevices.deviceClass(i);
        int version = minute >= MINUTES - 2 ? FixtureDevices.version(i) : 1;
        double wave = 1 + 0.08 * Math.sin(minute / 11.0 + i) + (i == 4 && minute > 80 && minute < 95 ? 0.5 : 0);
        Histogram histogram = new Histogram(2);
        int inferences = 110 + random.nextInt(20);
        int right = 0;
        for (int n = 0; n < inferences; n++) {
            double tail = random.nextInt(20) == 0 ? 1.5 + random.nextDouble() : 1;
            histogram.recordValue(
                    (long) (TYPICAL_MICROS.get(deviceClass) * wave * tail * (0.93 + random.nextDouble() * 0.2)));
            right += random.nextDouble() < (deviceClass.equals("phone-npu") ? 0.953 : 0.962) ? 1 : 0;
        }
        String sha256 = sha256("glyphs" + version + deviceClass);
        batch.add(
                FixtureDevices.id(i),
                minute,
                utc(at.minusSeconds(60)),
                utc(at),
                sha256,
                version,
                deviceClass,
                FixtureDevices.fleet(i),
                bytes(histogram),
                histogram.getValueAtPercentile(50) * 1.0,
                histogram.getValueAtPercentile(95) * 1.0,
                inferences,
                right,
                inferences - right,
                i == 4 && minute == 90 ? 2 : 0,
                118_000_000L + 300_000L * i,
                deviceClass.equals("gpu") ? null : 48.0 + 6 * wave,
                utc(at.plusMillis(140)));
        String key = FixtureDevices.fleet(i) + "/" + deviceClass + "/" + version;
        sums.computeIfAbsent(
                        key,
                        k -> new Sum(
                                FixtureDevices.fleet(k.startsWith("press") ? 0 : 23), deviceClass, version, sha256))
                .add(histogram, inferences, right);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static byte[] bytes(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Arrays.copyOf(buffer.array(), length);
    }

    /** Minutes as they are inserted, and the hours and days that they add up to. */
    private static final class RollUps {
        private final Map<Instant, Map<String, Sum>> hours = new TreeMap<>();
        private final Map<Instant, Map<String, Sum>> days = new TreeMap<>();

        void minute(Handle handle, Instant at, Map<String, Sum> sums) {
            sums.forEach((key, sum) -> {
                sum.insert(handle, "telemetry_minute", at);
                sum.addTo(hours.computeIfAbsent(at.truncatedTo(ChronoUnit.HOURS), hour -> new TreeMap<>()), key);
                sum.addTo(days.computeIfAbsent(at.truncatedTo(ChronoUnit.DAYS), day -> new TreeMap<>()), key);
            });
        }

        void hoursAndDays(Handle handle) {
            hours.forEach((hour, sums) -> sums.values().forEach(sum -> sum.insert(handle, "telemetry_hour", hour)));
            days.forEach((day, sums) -> sums.values().forEach(sum -> sum.insert(handle, "telemetry_day", day)));
        }
    }

    /** The roll-up of one minute, fleet, class and variant. */
    private static final class Sum {
        private final String fleet;
        private final String deviceClass;
        private final int version;
        private final String sha256;
        private final Histogram histogram = new Histogram(2);
        private long windows;
        private long inferences;
        private long right;

        Sum(String fleet, String deviceClass, int version, String sha256) {
            this.fleet = fleet;
            this.deviceClass = deviceClass;
            this.version = version;
            this.sha256 = sha256;
        }

        void add(Histogram window, long count, long correct) {
            histogram.add(window);
            windows++;
            inferences += count;
            right += correct;
        }

        /** Adds this to the sum of that key. */
        void addTo(Map<String, Sum> sums, String key) {
            Sum sum = sums.computeIfAbsent(key, k -> new Sum(fleet, deviceClass, version, sha256));
            sum.histogram.add(histogram);
            sum.windows += windows;
            sum.inferences += inferences;
            sum.right += right;
        }

        void insert(Handle handle, String table, Instant at) {
            handle.execute(
                    "insert into " + table + " values (?, ?, ?, ?, 'glyphs', ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                    utc(at),
                    fleet,
                    deviceClass,
                    sha256,
                    version,
                    windows,
                    bytes(histogram),
                    histogram.getValueAtPercentile(50) * 1.0,
                    histogram.getValueAtPercentile(95) * 1.0,
                    inferences,
                    right,
                    inferences - right);
        }
    }
}
