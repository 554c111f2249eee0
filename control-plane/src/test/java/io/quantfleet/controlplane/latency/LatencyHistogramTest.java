package io.quantfleet.controlplane.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

public class LatencyHistogramTest {
    @Test
    void mergesToWhatOneHistogramOfEverythingWouldSay() {
        byte[] low = encoded(2, LongStream.rangeClosed(1, 900));
        byte[] high = encoded(2, LongStream.rangeClosed(901, 1000).map(i -> i * 100));
        Histogram all = new Histogram(2);
        LongStream.rangeClosed(1, 900).forEach(all::recordValue);
        LongStream.rangeClosed(901, 1000).map(i -> i * 100).forEach(all::recordValue);

        LatencyHistogram sum = LatencyHistogram.decode(
                LatencyHistogram.decode(low).plus(LatencyHistogram.decode(high)).encode());

        assertThat(sum.percentile(50)).hasValue((double) all.getValueAtPercentile(50));
        assertThat(sum.percentile(95)).hasValue((double) all.getValueAtPercentile(95));
    }

    @Test
    void saysOfAnyValueWhatHdrHistogramSaysAndIsReadByIt() throws Exception {
        Random random = new Random(4);
        Histogram theirs = new Histogram(1, 3_600_000_000L, 2);
        LatencyHistogram.Sum sum = new LatencyHistogram.Sum();
        for (int window = 0; window < 50; window++) {
            Histogram one = new Histogram(1, 3_600_000_000L, 2);
            for (int i = 0; i < 40; i++) {
                long micros = (long) Math.exp(random.nextDouble() * Math.log(3.6e9));
                one.recordValueWithCount(micros, 1 + random.nextInt(1000));
            }
            theirs.add(one);
            sum.add(LatencyHistogram.decode(encoded(one)));
        }

        for (double percentile = 0.1; percentile <= 100; percentile += 0.1) {
            assertThat(sum.histogram().percentile(percentile))
                    .hasValue((double) theirs.getValueAtPercentile(percentile));
        }
        Histogram read = Histogram.decodeFromCompressedByteBuffer(
                ByteBuffer.wrap(sum.histogram().encode()), 0);
        assertThat(read).isEqualTo(theirs);
        assertThat(sum.histogram().count()).isEqualTo(theirs.getTotalCount());
    }

    @Test
    void hasNoPercentileOfNothing() {
        LatencyHistogram empty = LatencyHistogram.decode(encoded(2, LongStream.empty()));

        assertThat(empty.percentile(50)).isEmpty();
        assertThat(empty.plus(empty).percentile(50)).isEmpty();
    }

    @Test
    void refusesAHistogramThatClaimsMoreMemoryThanLatenciesNeed() {
        byte[] fine = encoded(new Histogram(3_600_000_000L, 5));

        assertThat(fine).hasSizeLessThan(100);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LatencyHistogram.decode(fine))
                .withMessageContaining("5 digits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LatencyHistogram.decode(encoded(new Histogram(Long.MAX_VALUE / 4, 2))))
                .withMessageContaining("up to");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LatencyHistogram.decode(encoded(3, LongStream.of(1))))
                .withMessageContaining("3 digits");
    }

    @Test
    void refusesWhatIsNoHistogram() {
        byte[] broken = encoded(2, LongStream.rangeClosed(1, 100));
        broken[20] ^= 0x55;
        assertThatIllegalArgumentException().isThrownBy(() -> LatencyHistogram.decode(new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> LatencyHistogram.decode(new byte[100]));
        assertThatIllegalArgumentException().isThrownBy(() -> LatencyHistogram.decode(new byte[1 << 20]));
        assertThatIllegalArgumentException().isThrownBy(() -> LatencyHistogram.decode(broken));
    }

    public static byte[] encoded(int digits, LongStream micros) {
        Histogram histogram = new Histogram(1, 3_600_000_000L, digits);
        micros.forEach(histogram::recordValue);
        return encoded(histogram);
    }

    private static byte[] encoded(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        byte[] bytes = new byte[histogram.encodeIntoCompressedByteBuffer(buffer)];
        buffer.flip();
        buffer.get(bytes);
        return bytes;
    }
}
