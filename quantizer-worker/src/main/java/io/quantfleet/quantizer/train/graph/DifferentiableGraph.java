package io.quantfleet.quantizer.train.graph;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An ONNX graph that PyTorch executes, with gradients by everything it stores. A graph with QuantizeLinear and DequantizeLinear
 * is executed as what it is: quantization comes exactly where the file has it. Stored integers are trained as floats
 * ({@link #parameters}), by the name of the stored tensor; their step sizes and those of computed tensors are parameters, too.
 * {@link #trained} gives the model back with all of them as they have become.
 *
 * <p>Arrays that a run returns belong to the {@link NDScope} around it. Not for use by several threads at once. See
 * docs/decisions/0024-training-runs-the-exported-graph.md.
 */
public final class DifferentiableGraph implements AutoCloseable {
    private final OnnxModel model;
    private final Graph graph;
    private final NDManager manager = PyTorch.newManager();
    private final DataType precision;
    private final List<Step> steps = new ArrayList<>();
    private final QuantizationSteps quantization;
    private final Map<String, NDArray> constants = new HashMap<>();
    private final Map<String, NDArray> parameters = new LinkedHashMap<>();
    private final Map<String, long[]> storedIntegers = new HashMap<>();
    private final Map<String, NDArray> offsets = new LinkedHashMap<>();
    private final Map<List<Object>, Plan> plans = new HashMap<>();

    private DifferentiableGraph(OnnxModel model, DataType precision) {
        this.model = model;
        this.graph = model.graph();
        this.precision = precision;
        this.quantization = new QuantizationSteps(graph);
        List<Node> nodes = graph.sorted();
        // Everything that can be refused is refused before any array is made.
        List<Node> constantNodes = new ArrayList<>();
        for (Node node : nodes) {
            if (node.is("Constant")) {
                constantNodes.add(node);
            } else {
                steps.add(
                        QuantizationSteps.concerns(node)
                                ? quantization.step(node)
                                : new Step(
                                        node.label(),
                                        OperatorTable.operation(node, model.opset()),
                                        node.inputs(),
                                        node.outputs()));
            }
        }
        load(constantNodes);
    }

    /**
     * Prepares a model for execution. {@link io.quantfleet.quantizer.train.TrainingEngine#load} was called before.
     *
     * @throws QuantizerException with {@link ReasonCode#OPERATOR_UNSUPPORTED} and the node, if an operator has no counterpart
     */
    public static DifferentiableGraph of(OnnxModel model) {
        return new DifferentiableGraph(model, DataType.FLOAT32);
    }

    /** The same with 64-bit floats, for those who compare gradients with differences. */
    static DifferentiableGraph inDoublePrecision(OnnxModel model) {
        return new DifferentiableGraph(model, DataType.FLOAT64);
    }

    private void load(List<Node> constantNodes) {
        Set<String> read = new LinkedHashSet<>();
        steps.forEach(step -> read.addAll(step.inputs()));
        graph.outputs().forEach(output -> read.add(output.getName()));
        for (TensorProto tensor : graph.initializers()) {
            if (!read.contains(tensor.getName())) {
                continue;
            }
            StoredParameter stored = quantization.stored().get(tensor.getName());
            if (stored != null) {
                parameters.put(tensor.getName(), stored.latent(manager, precision));
            } else if (Tensors.isFloat(tensor)) {
                parameters.put(tensor.getName(), Constants.array(manager, tensor, precision));
            } else {
                addConstant(tensor.getName(), tensor);
            }
        }
        for (Node node : constantNodes) {
            addConstant(
                    node.output(),
                    Constants.of(node).orElseThrow(() -> Unsupported.because(node, "something else than numbers")));
        }
    }

    private void addConstant(String name, TensorProto tensor) {
        constants.put(name, Constants.array(manager, tensor, precision));
        if (tensor.getDataType() == TensorProto.DataType.INT64_VALUE) {
            storedIntegers.put(name, Tensors.longs(tensor));
        }
    }

    /** The model that is executed. */
    public OnnxModel model() {
        return model;
    }

    /** Where arrays for feeds are made; closed with this graph. */
    public NDManager manager() {
        return manager;
    }

    /**
     * Every stored tensor of floats and, as floats, of quantized integers, by name: weights, biases, step sizes, but numbers that
     * are no weights as well. Whoever trains some of them calls {@link NDArray#setRequiresGradient} on those.
     */
    public Map<String, NDArray> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** The parameter of that name. */
    public NDArray parameter(String name) {
        NDArray parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return parameter;
    }

    /** All quantizers, those of stored tensors included, in the order of the graph. */
    public List<FakeQuantizer> quantizers() {
        return List.copyOf(quantization.quantizers().values());
    }

    /** The quantizer of a computed tensor or of stored integers. */
    public Optional<FakeQuantizer> quantizer(String tensor) {
        return Optional.ofNullable(quantization.quantizers().get(tensor));
    }

    /**
     * Makes the offset of a computed tensor a parameter (LSQ+): what its least integer's zero stands for, in the tensor's units.
     * Quantizers that read the same stored zero point share it.
     *
     * @param quantizer one of {@link #quantizers} that {@link FakeQuantizer#isSkew}
     * @return the offset, by which gradients can be had
     */
    public NDArray learnOffset(FakeQuantizer quantizer) {
        String name = quantizer.zeroPointName().orElseThrow();
        NDArray offset = offsets.computeIfAbsent(name, missing -> manager.create(
                        new float[] {-floats(parameter(quantizer.scaleName()))[0] * quantizer.zeroPoint(0)},
                        new Shape())
                .toType(precision, false));
        quantizer.learn(offset);
        return offset;
    }

    /** The names of the model's outputs. */
    public List<String> outputs() {
        return graph.outputs().stream().map(output -> output.getName()).toList();
    }

    /**
     * Computes tensors from others, anywhere in the graph: only what lies between them is executed. Gradients are recorded if
     * the thread records them, as it does within {@link ai.djl.training.GradientCollector}.
     *
     * @param feeds by name, inputs or tensors inside the graph that are given instead of computed
     * @param wanted names of the tensors to compute
     * @return arrays that belong to the scope around this call
     * @throws QuantizerException if a tensor that is needed is neither given nor computed, or PyTorch fails on a node
     */
    public Map<String, NDArray> run(Map<String, NDArray> feeds, Collection<String> wanted) {
        Plan plan = plans.computeIfAbsent(
                List.of(Set.copyOf(feeds.keySet()), List.copyOf(wanted)),
                key -> Plan.of(steps, feeds.keySet(), wanted, parameters.keySet(), constants.keySet()));
        Map<String, NDArray> values = new HashMap<>(constants);
        values.putAll(parameters);
        values.putAll(feeds);
        for (Plan.Stage stage : plan.stages()) {
            execute(stage.step(), values);
            stage.spent().forEach(tensor -> {
                NDArray spent = values.remove(tensor);
                if (spent != null) {
                    spent.close();
                }
            });
        }
        Map<String, NDArray> results = new LinkedHashMap<>();
        wanted.forEach(tensor -> results.put(tensor, values.get(tensor)));
        return results;
    }

    /** The same without gradients: exactly the arithmetic of ONNX's operators for quantization, and less memory. */
    public Map<String, NDArray> evaluate(Map<String, NDArray> feeds, Collection<String> wanted) {
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            return run(feeds, wanted);
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    private void execute(Step step, Map<String, NDArray> values) {
        List<NDArray> results;
        try {
            results = step.operation().apply(new Operands(step.inputs(), values, storedIntegers, manager, precision));
        } catch (EngineException | IllegalArgumentException | UnsupportedOperationException e) {
            throw new QuantizerException(
                    ReasonCode.OPERATOR_UNSUPPORTED,
                    "node " + step.label() + " can't be trained through: " + e.getMessage()
                            + "; quantize this model without training",
                    e);
        }
        for (int i = 0; i < step.outputs().size() && i < results.size(); i++) {
            NDArray result = results.get(i);
            // An operand that is handed on gets a handle of its own, so that each can be closed by itself.
            boolean handedOn = step.inputs().stream().anyMatch(input -> values.get(input) == result);
            values.put(step.outputs().get(i), handedOn ? result.reshape(result.getShape()) : result);
        }
    }

    /** The model with its parameters as they are now: floats as floats, integers as integers with their steps. */
    public OnnxModel trained() {
        Graph written = model.graph();
        parameters.forEach((name, array) -> {
            TensorProto before = written.initializer(name).orElseThrow();
            if (!quantization.stored().containsKey(name)) {
                written.setInitializer(Tensors.ofFloats(name, before.getDimsList(), floats(array)));
            }
        });
        quantization.stored().forEach((name, stored) -> {
            float[] steps = stored.hasOwnSteps()
                    ? floats(parameter(stored.scaleName()))
                    : stored.factors().map(this::product).orElse(stored.scales());
            written.setInitializer(stored.stored(floats(parameter(name)), steps));
            TensorProto scale = written.initializer(stored.scaleName()).orElseThrow();
            written.setInitializer(Tensors.ofFloats(stored.scaleName(), scale.getDimsList(), steps));
        });
        quantization.quantizers().values().forEach(quantizer -> writeZeroPoint(quantizer, written));
        return model.withGraph(written);
    }

    private void writeZeroPoint(FakeQuantizer quantizer, Graph written) {
        String name = quantizer.zeroPointName().orElse("");
        NDArray offset = offsets.get(name);
        if (offset != null) {
            long zeroPoint = quantizer.zeroPoint(floats(offset)[0], floats(parameter(quantizer.scaleName()))[0]);
            List<Long> dimensions = written.initializer(name).orElseThrow().getDimsList();
            written.setInitializer(StoredParameter.integers(name, dimensions, quantizer.type(), zeroPoint));
        }
    }

    private float[] product(List<String> factors) {
        float data = floats(parameter(factors.get(0)))[0];
        float[] weights = floats(parameter(factors.get(1)));
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= data;
        }
        return weights;
    }

    private static float[] floats(NDArray array) {
        if (array.getDataType() == DataType.FLOAT32) {
            return array.toFloatArray();
        }
        try (NDArray converted = array.toType(DataType.FLOAT32, true)) {
            return converted.toFloatArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
