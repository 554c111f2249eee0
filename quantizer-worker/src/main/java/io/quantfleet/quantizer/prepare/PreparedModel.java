package io.quantfleet.quantizer.prepare;

import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.ModelParts;
import io.quantfleet.quantizer.onnx.OnnxModel;
import java.util.List;
import java.util.Map;

/**
 * A model that computes what the original computes, in FP32, in the form that quantization starts from.
 *
 * @param model the rewritten model
 * @param facts types and shapes of its tensors
 * @param statistics what is known of the distribution of tensors without running it
 */
public record PreparedModel(OnnxModel model, TensorFacts facts, BatchNormStatistics statistics) {

    /**
     * Rewrites a model.
     *
     * @param original the model as it was given
     * @param samples inputs to run it on; the first few are used
     * @param sampleShapes dimensions of one sample by input, where the model leaves them open
     * @param staticShapes whether all dimensions are to be fixed, the batch to 1
     * @throws io.quantfleet.quantizer.QuantizerException if the model can't be run or can't be rewritten
     */
    public static PreparedModel of(
            OnnxModel original, SampleSource samples, Map<String, List<Long>> sampleShapes, boolean staticShapes) {
        Graph graph = original.graph();
        SettleShapes.ofInputs(graph, sampleShapes, staticShapes);
        OnnxModel settled = original.withGraph(graph);
        ModelParts parts = ShapeProbe.parts();
        ShapeProbe.Findings findings = ShapeProbe.run(settled, samples, parts);
        TensorFacts facts = findings.facts();
        int opset = OpsetUpgrade.apply(graph, original.opset(), OpsetUpgrade.PER_CHANNEL, facts);
        FoldConstants.apply(graph, findings.constants());
        RemoveNoOps.apply(graph, facts);
        PlainGemm.apply(graph);
        BatchNormStatistics statistics = FoldBatchNormalization.apply(graph);
        MeanToAveragePool.apply(graph, facts);
        MatMulToGemm.apply(graph, facts);
        graph.removeUnused();
        if (staticShapes) {
            SettleShapes.ofOutputs(graph, facts);
        }
        OnnxModel rewritten = original.withGraph(graph, opset);
        return new PreparedModel(
                rewritten, sameFunction(findings, ShapeProbe.run(rewritten, samples, parts)), statistics);
    }

    /**
     * This model with its graph rewritten again.
     *
     * @param samples inputs to compare both on; the first few are used
     * @throws io.quantfleet.quantizer.QuantizerException if it computes something else than before
     */
    public PreparedModel rewritten(Graph graph, SampleSource samples) {
        OnnxModel changed = model.withGraph(graph);
        ModelParts parts = ShapeProbe.parts();
        return new PreparedModel(
                changed,
                sameFunction(ShapeProbe.run(model, samples, parts), ShapeProbe.run(changed, samples, parts)),
                statistics.after(model.graph(), graph));
    }

    /**
     * This model with a batch that is open, for measurements that want more samples in a run than a fixed shape allows. The
     * same as this one if its batch is open already, or if it does not compute each sample of a batch by itself.
     *
     * @param samples inputs to try it on; the first two are used
     */
    public PreparedModel withOpenBatch(SampleSource samples) {
        if (model.inputs().stream().noneMatch(input -> input.fixedBatch().isPresent())) {
            return this;
        }
        Graph graph = model.graph();
        SettleShapes.openBatch(graph);
        OnnxModel opened = model.withGraph(graph);
        try {
            ShapeProbe.Findings findings = ShapeProbe.run(opened, samples);
            return SameFunction.ofEachSample(findings.outputs())
                    ? new PreparedModel(opened, findings.facts(), statistics)
                    : this;
        } catch (QuantizerException e) {
            // A shape that is stored in the graph holds for one sample only.
            return this;
        }
    }

    /**
     * A variant of this model with the shapes of its tensors of floats written down, if it normalizes layers: ONNX Runtime
     * joins an addition with the normalization after it only where it knows their shapes, and loses sight of them at the first
     * Reshape to a shape that is computed.
     */
    public OnnxModel shapesDeclaredIn(OnnxModel variant) {
        Graph graph = variant.graph();
        boolean normalizes =
                graph.sorted().stream().anyMatch(node -> node.is("LayerNormalization") || node.is("ReduceMean"));
        if (!normalizes) {
            return variant;
        }
        return variant.declaring(graph.sorted().stream()
                .flatMap(node -> node.outputs().stream())
                .filter(tensor -> facts.isFloat(tensor) && !graph.isOutput(tensor))
                .map(facts.specs()::get)
                .toList());
    }

    private static TensorFacts sameFunction(ShapeProbe.Findings before, ShapeProbe.Findings after) {
        SameFunction.check(before.outputs(), after.outputs());
        return after.facts();
    }

    /** The same, without the comparison: whoever asks for it compares the models more closely. */
    public PreparedModel rewrittenFreely(Graph graph, SampleSource samples) {
        OnnxModel changed = model.withGraph(graph);
        return new PreparedModel(
                changed, ShapeProbe.run(changed, samples).facts(), statistics.after(model.graph(), graph));
    }
}
