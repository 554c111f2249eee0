package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.ModelFiles;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationRequest;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.evaluate.Likelihood;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.StreamedModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.TokenArchive;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Language models as they are exported as a rule: all floats of 16 bits. */
class NarrowWeightsTest {
    private static final LlamaShape SHAPE = new LlamaShape(64, 64, 2, 4, 2, 96, 12);
    private static final WeightOnlyOptions OPTIONS = WeightOnlyOptions.ofBits(4);

    @TempDir
    private Path folder = Path.of("");

    private record Counting(int size) implements SampleSource {
        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            for (int i = 0; i < SHAPE.context(); i++) {
                target.putLong((sample * 7L + i) % SHAPE.vocabulary());
            }
        }
    }

    /** A model with all its floats in 16 bits, and the same numbers in FP32. */
    private record Both(Path narrow, Path wide) {}

    private Both write(DataType type) throws IOException {
        ModelProto fp32 = ModelProto.parseFrom(bytes(RandomLlama.inMemory(SHAPE, 2)));
        ModelProto.Builder narrow = fp32.toBuilder();
        ModelProto.Builder wide = fp32.toBuilder();
        ByteArrayOutputStream weights = new ByteArrayOutputStream();
        for (int i = 0; i < fp32.getGraph().getInitializerCount(); i++) {
            TensorProto tensor = fp32.getGraph().getInitializer(i);
            if (Tensors.isFloat(tensor)) {
                float[] values = Tensors.floats(tensor);
                ByteBuffer halves = ByteBuffer.allocate(values.length * 2).order(ByteOrder.LITTLE_ENDIAN);
                for (int k = 0; k < values.length; k++) {
                    short bits = type == DataType.FLOAT16
                            ? Halves.nearest(values[k])
                            : (short) (Float.floatToRawIntBits(values[k]) >>> 16);
                    halves.putShort(bits);
                    values[k] = type == DataType.FLOAT16 ? Halves.value(bits) : Float.intBitsToFloat(bits << 16);
                }
                wide.getGraphBuilder()
                        .setInitializer(i, Tensors.ofFloats(tensor.getName(), tensor.getDimsList(), values));
                narrow.getGraphBuilder().setInitializer(i, stored(tensor, type, halves.array(), weights));
            }
        }
        ValueInfoProto.Builder output = narrow.getGraphBuilder().getOutputBuilder(0);
        output.getTypeBuilder().getTensorTypeBuilder().setElemType(type.getNumber());
        Files.write(folder.resolve("narrow.weights"), weights.toByteArray());
        return new Both(
                Files.write(folder.resolve("narrow.onnx"), narrow.build().toByteArray()),
                Files.write(folder.resolve("wide.onnx"), wide.build().toByteArray()));
    }

    private static byte[] bytes(OnnxModel model) {
        ByteBuffer serialized = model.serialized();
        byte[] bytes = new byte[serialized.remaining()];
        serialized.get(bytes);
        return bytes;
    }

    // Matrices go into a file beside the model.
    private static TensorProto stored(TensorProto tensor, DataType type, byte[] data, ByteArrayOutputStream weights) {
        TensorProto.Builder stored =
                tensor.toBuilder().clearRawData().clearFloatData().setDataType(type.getNumber());
        if (data.length < 1024) {
            return stored.setRawData(ByteString.copyFrom(data)).build();
        }
        int offset = weights.size();
        weights.writeBytes(data);
        return stored.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", "narrow.weights"))
                .addExternalData(entry("offset", Integer.toString(offset)))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private byte[] written(Path model, Method method) throws IOException {
        Path target = folder.resolve("variant.onnx");
        SampleSource samples = new Counting(10);
        switch (method) {
            case GPTQ -> Gptq.quantize(model, target, samples, OPTIONS, GptqOptions.usual(), 1, ProgressListener.NONE);
            case AWQ -> Awq.quantize(model, target, samples, OPTIONS, 1, ProgressListener.NONE);
            default -> WeightOnly.quantize(model, target, OPTIONS, ProgressListener.NONE);
        }
        return bytes(OnnxModel.readAnyForm(target));
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT16, WEIGHT_ONLY_INT4",
        "FLOAT16, GPTQ",
        "FLOAT16, AWQ",
        "BFLOAT16, WEIGHT_ONLY_INT4",
        "BFLOAT16, GPTQ",
        "BFLOAT16, AWQ"
    })
    void fromFileToFileTheyGiveWhatTheSameNumbersInFp32Give(DataType type, Method method) throws IOException {
        Both both = write(type);
        assertThat(written(both.narrow(), method)).isEqualTo(written(both.wide(), method));
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT16", "BFLOAT16"})
    void inMemoryTheyAreTheSameNumbersInFp32(DataType type) throws IOException {
        Both both = write(type);
        OnnxModel narrow = OnnxModel.read(both.narrow());
        assertThat(narrow.widened()).isTrue();
        OnnxModel wide = OnnxModel.read(both.wide());
        assertThat(wide.widened()).isFalse();
        assertThat(FormRun.run(narrow, new Counting(3))).isEqualTo(FormRun.run(wide, new Counting(3)));
    }

    @Test
    void theirSizeIsThatOfFp32() throws IOException {
        Both both = write(DataType.FLOAT16);
        try (StreamedModel narrow = StreamedModel.open(both.narrow())) {
            long wide = OnnxModel.read(both.wide()).bytes();
            assertThat((double) narrow.bytes()).isBetween(0.95 * wide, 1.05 * wide);
        }
    }

    @Test
    void areJudgedBesideTheSameNumbersInFp32() throws IOException {
        Path narrow = write(DataType.FLOAT16).narrow();
        Path description =
                Files.writeString(narrow.resolveSibling("narrow.model.yaml"), RandomLlama.description("narrow", SHAPE));
        Path tokens = folder.resolve("tokens.npz");
        TokenArchive.write(
                tokens,
                SHAPE.context(),
                new Random(4).ints(20L * SHAPE.context(), 0, SHAPE.vocabulary()).toArray());
        Likelihood likelihood = Quantizer.builder()
                .threads(1)
                .latency(new LatencyPlan(0, 1, 1, Duration.ZERO))
                .build()
                .quantize(
                        new QuantizationRequest(
                                new ModelFiles(description, tokens, tokens),
                                List.of(new ProfileReader().builtIn("rpi-cpu")),
                                QuantizationOptions.builder()
                                        .method(Method.WEIGHT_ONLY_INT8)
                                        .build(),
                                folder.resolve("out")),
                        progress -> {})
                .variants()
                .get(0)
                .report()
                .evaluation()
                .accuracy()
                .likelihood()
                .orElseThrow();
        assertThat(likelihood.fp32Perplexity()).isBetween(40.0, 200.0);
        assertThat(likelihood.divergence()).isBetween(1e-9, 1e-2);
    }
}
