package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What each method takes to choose one tensor's range from its histogram. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ThresholdSearchBench {
    private static final int VALUES = 1 << 18;

    @Param({"minmax", "percentile", "entropy", "mse"})
    public String method = "minmax";

    private RangeMethod chosen = new MinMax();
    private TensorStatistics seen =
            TensorStatistics.ofRange(new Range(0, 0));

    @Setup
    public void collect() {
        chosen = switch (method) {
            case "percentile" -> Percentile.USUAL;
            case "entropy" -> new Entropy();
            case "mse" -> new MeanSquaredError();
            default -> new MinMax();
        };
        Random random = new Random(1);
        ByteBuffer floats = ByteBuffer.allocateDirect(VALUES * Float.BYTES).order(ByteOrder.nativeOrder());
        float[] values = new float[VALUES];
        for (int i = 0; i < VALUES; i++) {
            values[i] = (float) (random.nextGaussian() * Math.exp(random.nextGaussian()));
            floats.putFloat(i * Float.BYTES, values[i]);
        }
        LogHistogram histogram = new LogHistogram();
        new FloatCounter().count(floats, histogram);
        Range range = Range.of(values);
        seen = new TensorStatistics(range, Optional.of(range), Optional.of(histogram.snapshot(range)), Optional.empty());
    }

    @Benchmark
    public Range choose() {
        return chosen.choose(seen, IntegerType.UINT8, false);
    }
}
