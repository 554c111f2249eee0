package io.quantfleet.agent.serve;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** Answers requests with a session of ONNX Runtime, which takes several at once. */
final class OrtPredictor implements Predictor {
    /** The part of the heap that one answer may take. */
    private static final int HEAP_PARTS = 8;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final String scores;
    private final List<String> labelNames;
    private final boolean tokens;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;

    private OrtPredictor(
            OrtEnvironment environment,
            OrtSession session,
            String scores,
            List<String> labelNames,
            boolean tokens,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs) {
        this.environment = environment;
        this.session = session;
        this.scores = scores;
        this.labelNames = labelNames;
        this.tokens = tokens;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /**
     * Describes a session's inputs and outputs.
     *
     * @param scores the output with one score per class along its last axis
     * @param tokens whether the axis before it has a sample's tokens: what the model chooses then is the one after the last
     * @throws ModelException if one of them is not a tensor, or of a type that no request can carry
     */
    static OrtPredictor of(
            OrtEnvironment environment, OrtSession session, String scores, List<String> labelNames, boolean tokens)
            throws OrtException {
        return new OrtPredictor(
                environment,
                session,
                scores,
                List.copyOf(labelNames),
                tokens,
                specs(session.getInputInfo().values()),
                specs(session.getOutputInfo().values()));
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return outputs;
    }

    @Override
    public List<String> labelNames() {
        return labelNames;
    }

    @Override
    public Prediction predict(List<Tensor> given, Set<String> wanted) {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        Set<String> computed = new LinkedHashSet<>(wanted);
        computed.add(scores);
        try {
            for (Tensor tensor : given) {
                tensors.put(tensor.name(), tensor(tensor));
            }
            long start = System.nanoTime();
            try (OrtSession.Result result = session.run(tensors, computed)) {
                Duration latency = Duration.ofNanos(System.nanoTime() - start);
                requireRoom(result, computed);
                List<Tensor> answers = new ArrayList<>();
                for (String name : wanted) {
                    answers.add(tensor(name, output(result, name)));
                }
                return new Prediction(answers, scores(output(result, scores)), latency);
            }
        } catch (OrtException e) {
            throw new ModelException("the model failed: " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor tensor(Tensor tensor) throws OrtException {
        ByteBuffer data = tensor.data();
        if (!data.isDirect()) {
            data = ByteBuffer.allocateDirect(data.remaining())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(data)
                    .flip();
        }
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        return OnnxTensor.createTensor(environment, data, shape, javaType(tensor.datatype()));
    }

    private static Tensor tensor(String name, OnnxTensor from) {
        TensorInfo info = from.getInfo();
        return new Tensor(name, datatype(name, info), sizes(info), from.getByteBuffer());
    }

    /** An answer is copied to the heap: one that is too large must not take the agent down. */
    private static void requireRoom(OrtSession.Result result, Set<String> wanted) {
        long bytes = 0;
        for (String name : wanted) {
            TensorInfo info = output(result, name).getInfo();
            bytes += info.getNumElements() * datatype(name, info).bytes();
        }
        long room = Runtime.getRuntime().maxMemory() / HEAP_PARTS;
        if (bytes > room) {
            throw ModelException.of(
                    ErrorKind.MEMORY,
                    "the answer has " + bytes + " bytes, and the agent's heap has room for " + room
                            + "; ask for fewer outputs, or give the agent a larger -Xmx");
        }
    }

    private static OnnxTensor output(OrtSession.Result result, String name) {
        return result.get(name)
                .filter(OnnxTensor.class::isInstance)
                .map(OnnxTensor.class::cast)
                .orElseThrow(() -> ModelException.of(ErrorKind.OUTPUT, "the model gave no tensor '" + name + "'"));
    }

    /** What the scores say, for every row along the last axis that stands for a sample; nothing if they are not floats. */
    private List<Predictor.Choice> scores(OnnxTensor from) {
        TensorInfo info = from.getInfo();
        long[] shape = info.getShape();
        if (info.type != OnnxJavaType.FLOAT || shape.length == 0 || shape[shape.length - 1] == 0) {
            return List.of();
        }
        FloatBuffer values = from.getFloatBuffer();
        int classes = Math.toIntExact(shape[shape.length - 1]);
        int sample = tokens && shape.length > 1 ? Math.toIntExact(shape[shape.length - 2] * classes) : classes;
        List<Predictor.Choice> choices = new ArrayList<>();
        for (int end = sample; end <= values.remaining(); end += sample) {
            Scores scores = Scores.read(values, end - classes, classes);
            choices.add(new Predictor.Choice(scores.label(), scores.confidence()));
        }
        return choices;
    }

    private static List<TensorSpec> specs(Iterable<NodeInfo> nodes) {
        List<TensorSpec> specs = new ArrayList<>();
        for (NodeInfo node : nodes) {
            if (!(node.getInfo() instanceof TensorInfo info)) {
                throw new ModelException("'" + node.getName() + "' is not a tensor");
            }
            specs.add(new TensorSpec(node.getName(), datatype(node.getName(), info), sizes(info)));
        }
        return List.copyOf(specs);
    }

    private static List<Long> sizes(TensorInfo info) {
        return LongStream.of(info.getShape()).boxed().toList();
    }

    private static Datatype datatype(String name, TensorInfo info) {
        return switch (info.onnxType) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Datatype.BOOL;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Datatype.UINT8;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Datatype.INT8;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Datatype.INT16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Datatype.INT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Datatype.INT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Datatype.FP16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Datatype.FP32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Datatype.FP64;
            default ->
                throw new ModelException("'" + name + "' is of type " + info.onnxType
                        + ", which ONNX Runtime's Java interface can't pass");
        };
    }

    private static OnnxJavaType javaType(Datatype datatype) {
        return switch (datatype) {
            case BOOL -> OnnxJavaType.BOOL;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT8 -> OnnxJavaType.INT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case FP16 -> OnnxJavaType.FLOAT16;
            case FP32 -> OnnxJavaType.FLOAT;
            case FP64 -> OnnxJavaType.DOUBLE;
        };
    }
}
