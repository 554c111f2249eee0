package io.quantfleet.quantizer.calibration;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it takes to count one value of a tensor. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HistogramFillingBench {
    private static final int VALUES = 1 << 18;

    /** Half of all values are zero after a Relu. */
    @Param({"normal", "relu"})
    public String kind = "normal";

    private final ByteBuffer floats =
            ByteBuffer.allocateDirect(VALUES * Float.BYTES).order(ByteOrder.nativeOrder());

    private final FloatCounter counter = new FloatCounter();

    @Setup
    public void fill() {
        Random random = new Random(1);
        for (int i = 0; i < VALUES; i++) {
            float value = (float) random.nextGaussian();
            floats.putFloat(i * Float.BYTES, kind.equals("relu") ? Math.max(0, value) : value);
        }
    }

    @Benchmark
    @OperationsPerInvocation(VALUES)
    public Object count() {
        LogHistogram histogram = new LogHistogram();
        counter.count(floats, histogram);
        return histogram;
    }
}
