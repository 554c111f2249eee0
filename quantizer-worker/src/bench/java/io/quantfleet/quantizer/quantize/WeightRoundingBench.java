package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.List;
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

/** What it takes to turn one weight into an integer, scales included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WeightRoundingBench {
    private static final int CHANNELS = 256;
    private static final int INPUTS = 1024;

    /** One scale for all, one for each channel, or the one of least squared error for each. */
    @Param({"per-tensor", "per-channel", "least-error"})
    public String scales = "per-channel";

    private TensorProto weight = TensorProto.getDefaultInstance();

    @Setup
    public void draw() {
        Random random = new Random(1);
        float[] values = new float[CHANNELS * INPUTS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        weight = Tensors.ofFloats("w", List.of((long) CHANNELS, (long) INPUTS), values);
    }

    @Benchmark
    @OperationsPerInvocation(CHANNELS * INPUTS)
    public Object round() {
        return WeightQuantizer.symmetric(
                weight, scales.equals("per-tensor") ? -1 : 0, new float[1], 127, scales.equals("least-error"));
    }
}
