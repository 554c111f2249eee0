package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Windows on their way into the roll-ups of a real counted.database, and what comes out of these. */
class CountingIT {
    // -Dtelemetry.day-query-ms=100 holds the query to what it takes on a machine that does nothing else meanwhile.
    private static final int DAY_QUERY_MILLIS = Integer.getInteger("telemetry.day-query-ms", 20_000);
    private static final int DAY_DEVICES = Integer.getInteger("telemetry.day-devices", 1_000);

    private static Counted counted;

    private final Instant now = counted.now;

    @BeforeAll
    static void startDatabase() throws IOException {
        counted = new Counted();
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        counted.close();
    }

    @BeforeEach
    void forgetEverything() {
        counted.forgetEverything();
    }

    @Test
    void everyWindowCountsOnceHoweverOftenAndInWhateverOrderItComes() throws Exception {
        List<TelemetryWindowReceived> windows = new ArrayList<>();
        for (int device = 0; device < 10; device++) {
            for (int number = 1; number <= 40; number++) {
                TelemetryWindowReceived window =
                        counted.window(device, 7, number, now.minusSeconds(60L * number), 10 + device, 1);
                windows.addAll(Collections.nCopies(1 + number % 3, window));
            }
        }
        Random random = new Random(11);
        ExecutorService instances = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int instance = 0; instance < 3; instance++) {
                List<TelemetryWindowReceived> all = new ArrayList<>(windows);
                Collections.shuffle(all, random);
                long seed = random.nextLong();
                running.add(instances.submit(() -> takeInBatches(all, new Random(seed))));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            instances.shutdownNow();
        }

        assertThat(counted.sum().counts().windows()).isEqualTo(400);
        assertThat(counted.sum().counts().right()).isEqualTo(40 * (10 + 11 + 12 + 13 + 14 + 15 + 16 + 17 + 18 + 19));
        assertThat(counted.sum().counts().wrong()).isEqualTo(400);
        assertThat(counted.sum().latency().count())
                .isEqualTo(counted.sum().counts().inferences());
        for (String table : List.of("telemetry_minute", "telemetry_hour", "telemetry_day", "device_telemetry")) {
            assertThat(counted.number("select sum(windows) from " + table))
                    .as(table)
                    .isEqualTo(400);
        }
        assertThat(counted.number("select count(*) from telemetry_window")).isEqualTo(400);
        assertThat(counted.number("select count(*) from telemetry_series where seen = '{[1,41)}'"))
                .isEqualTo(10);
    }

    /** Some batches are rolled back after their effects and read again, as after a crash before the commit. */
    private void takeInBatches(List<TelemetryWindowReceived> windows, Random random) {
        int at = 0;
        while (at < windows.size()) {
            int end = Math.min(windows.size(), at + 1 + random.nextInt(60));
            List<TelemetryWindowReceived> batch = windows.subList(at, end);
            if (random.nextInt(4) == 0) {
                counted.takeInVain(batch);
            }
            counted.take(batch);
            at = end;
        }
    }

    @Test
    void aDayOfWindowsThatComesLateChangesTheChartsOfThatDayOnce() {
        Instant yesterday = Resolution.DAY.bucket(now).minus(1, ChronoUnit.DAYS);
        counted.take(List.of(
                counted.window(1, 7, 1, yesterday.minusSeconds(60), 60, 0), counted.window(0, 9, 1, now, 60, 0)));
        List<TelemetryWindowReceived> late = new ArrayList<>();
        for (int minute = 0; minute < 1440; minute++) {
            late.add(counted.window(1, 7, 2 + minute, yesterday.plusSeconds(60L * minute + 30), 50, 10));
        }
        assertThat(counted.hours(yesterday)).isEmpty();

        counted.take(late);
        counted.take(late.subList(300, 900));

        Map<Instant, Figures> hours = counted.hours(yesterday);
        assertThat(hours).hasSize(24);
        assertThat(hours.values()).allSatisfy(hour -> {
            assertThat(hour.counts().windows()).isEqualTo(60);
            assertThat(hour.counts().right()).isEqualTo(3000);
        });
        assertThat(counted.minutes(yesterday)).hasSize(1440);
        assertThat(counted.sum(yesterday, yesterday.plus(1, ChronoUnit.DAYS))
                        .counts()
                        .windows())
                .isEqualTo(1440);
        assertThat(counted.number(
                        "select count(*) from telemetry_window where start_at < end_at and received_at = ?", now))
                .isEqualTo(1442);
    }

    @Test
    void aWindowOfADeviceWhoseClockIsAheadCountsWhenItIsReceived() {
        counted.take(List.of(counted.window(1, 7, 1, now.plus(3650, ChronoUnit.DAYS), 5, 0)));

        assertThat(counted.sum(now.minusSeconds(60), now.plusSeconds(60))
                        .counts()
                        .right())
                .isEqualTo(5);
    }

    @Test
    void aNewSeriesOrAnotherEnrolmentCountsFromOneAgain() {
        counted.take(
                List.of(counted.window(1, 7, 1, now, 5, 0), counted.window(1, 8, 1, now, 5, 0), counted.format1(1, 1)));
        counted.take(List.of(counted.format1(1, 1)));
        assertThat(counted.sum().counts().windows()).isEqualTo(3);

        counted.database.useTransaction(tx -> tx.handle().execute("delete from telemetry_series where series = 0"));
        counted.take(List.of(counted.format1(1, 1), counted.window(1, 7, 1, now, 5, 0)));

        assertThat(counted.sum().counts().windows()).isEqualTo(4);
    }

    @Test
    void aDeviceThatInventsNumbersDoesNotFillTheDatabase() {
        List<TelemetryWindowReceived> odd = new ArrayList<>();
        for (int number = 1; number < 12_000; number += 2) {
            odd.add(counted.window(1, 7, number, now, 1, 0));
        }
        counted.take(odd.subList(0, 5000));
        counted.take(odd.subList(5000, odd.size()));

        counted.take(List.of(counted.window(1, 7, 13_001, now, 1, 0)));

        assertThat(counted.number("select pg_column_size(seen) from telemetry_series"))
                .isLessThan(1000);
        assertThat(counted.sum().counts().windows()).isEqualTo(odd.size() + 1);
    }

    @Test
    void theBaselineIsOfTheFirstPredictionsAndThenStays() {
        List<TelemetryWindowReceived> first = new ArrayList<>();
        for (int number = 1; number <= 10; number++) {
            first.add(counted.window(1, 7, number, now.minusSeconds(120), 90, 10));
        }
        counted.take(first);
        assertThat(counted.database
                        .inTransaction(tx -> counted.baselines.find(tx, Counted.VARIANT))
                        .orElseThrow()
                        .predictions())
                .isEqualTo(1_000);

        counted.take(List.of(counted.window(1, 7, 11, now, 10, 90)));

        Distributions baseline = counted.database
                .inTransaction(tx -> counted.baselines.find(tx, Counted.VARIANT))
                .orElseThrow();
        assertThat(baseline.predictions()).isEqualTo(1_000);
        List<VariantQuality> qualities = counted.database.inTransaction(
                tx -> new VariantQualities(counted.queries, counted.baselines, new JdbiReferences())
                        .of(tx, Selection.ALL, SpanPlan.of(now.minusSeconds(60), now.plusSeconds(60)), List.of(50.0)));
        assertThat(qualities).hasSize(1);
        assertThat(qualities.get(0).drift().orElseThrow().classes()).isGreaterThan(0.25);
        assertThat(qualities.get(0).measured().probe().share()).contains(0.1);
    }

    /**
     * Bar: 24 hours of 10,000 devices, at most 100 ms and 1 % from exact data; with {@code -Dtelemetry.day-devices=10000
     * -Dtelemetry.day-query-ms=100}. What is read is the same for a tenth of the devices.
     */
    @Test
    void percentilesOverADayOfManyDevicesAreFastAndCloseToExactOnes() {
        Instant day = Resolution.HOUR.bucket(now).minus(25, ChronoUnit.HOURS).plusSeconds(60 * 17);
        Random random = new Random(3);
        int[] exact = new int[24 * 60 * DAY_DEVICES];
        int filled = 0;
        Map<JdbiRollUps.Key, Figures> minutes = new HashMap<>();
        for (int minute = 0; minute < 24 * 60; minute++) {
            for (int variant = 0; variant < 3; variant++) {
                Histogram latency = new Histogram(3_600_000_000L, 2);
                int devices = DAY_DEVICES / 3 + (variant < DAY_DEVICES % 3 ? 1 : 0);
                for (int device = 0; device < devices; device++) {
                    int micros = (int) Math.round(
                            (4000 + 3000 * variant) * Math.exp(0.4 * random.nextGaussian() + 0.1 * Math.sin(minute)));
                    exact[filled++] = micros;
                    latency.recordValue(micros);
                }
                Map.Entry<JdbiRollUps.Key, Figures> rollUp =
                        Counted.minute(day.plusSeconds(60L * minute), "c" + variant, latency);
                minutes.put(rollUp.getKey(), rollUp.getValue());
            }
            if (minute % 60 == 59) {
                counted.store(minutes);
                minutes.clear();
            }
        }
        Arrays.sort(exact);
        Instant end = day.plus(1, ChronoUnit.DAYS);
        for (int warmUp = 0; warmUp < 20; warmUp++) {
            counted.sum(day, end);
        }

        long begun = System.nanoTime();
        Figures sum = counted.sum(day, end);
        double millis = (System.nanoTime() - begun) / 1e6;

        assertThat(sum.latency().count()).isEqualTo(exact.length);
        double worst = 0;
        for (double percentile : new double[] {1, 10, 50, 90, 95, 99, 99.9, 99.99}) {
            int truth = exact[(int) Math.ceil(percentile / 100 * exact.length) - 1];
            double error = Math.abs(sum.latency().percentile(percentile).orElseThrow() - truth) / truth;
            worst = Math.max(worst, error);
        }
        System.out.printf("a day of %,d devices: %.1f ms, error at most %.2f %%%n", DAY_DEVICES, millis, 100 * worst);
        assertThat(worst).isLessThan(0.01);
        assertThat(millis).isLessThan(DAY_QUERY_MILLIS);
    }
}
