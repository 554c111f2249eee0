package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import java.util.List;
import java.util.Optional;

/**
 * {@code pairs} and {@code fusion}: QuantizeLinear and DequantizeLinear come in pairs of the same parameters, and none of
 * them sits between a layer and the Relu or Clip that a kernel would compute with it.
 */
final class PlacementRule implements LintRule {

    @Override
    public void check(LintSubject subject, Findings findings) {
        for (Coding coding : subject.activations()) {
            if (QuantizedGraph.quantizes(coding.node())) {
                List<Node> readers = subject.graph().consumers(coding.node().output());
                readers.stream()
                        .filter(QuantizedGraph::dequantizes)
                        .forEach(reader -> same(coding, reader, subject, findings));
                bare(coding, readers, subject, findings);
                readers.forEach(reader -> fusion(coding, reader, subject, findings));
            }
        }
    }

    private static void same(Coding coding, Node reader, LintSubject subject, Findings findings) {
        Optional<Coding> other = subject.quantized().codings().getOrDefault(reader, Optional.empty());
        boolean differs = other.filter(read -> !read.sameScales(coding)
                        || read.type() != coding.type()
                        || read.zeroPoint(0) != coding.zeroPoint(0))
                .isPresent();
        if (differs) {
            findings.error(
                    "pairs",
                    reader,
                    "its type, scale or zero point differs from that of "
                            + coding.node().label() + ", whose integers it reads: they would mean other numbers");
        }
    }

    private static void bare(Coding coding, List<Node> readers, LintSubject subject, Findings findings) {
        boolean given = subject.graph().isOutput(coding.node().output());
        boolean lone = readers.stream().noneMatch(QuantizedGraph::dequantizes);
        if (given || lone) {
            findings.add(
                    !subject.runsOn("onnxruntime-cpu"),
                    "pairs",
                    coding.node(),
                    (given ? "its integers are an output of the model" : "no DequantizeLinear reads it")
                            + "; runtimes that read quantization from pairs need one behind every QuantizeLinear");
        }
    }

    private static void fusion(Coding coding, Node reader, LintSubject subject, Findings findings) {
        Optional<Node> layer = subject.graph()
                .producer(coding.node().inputs().get(0))
                .filter(Node::isLayer)
                .filter(producer -> subject.graph().consumers(producer.output()).size() == 1);
        if (layer.isEmpty() || !QuantizedGraph.dequantizes(reader)) {
            return;
        }
        List<Node> next = subject.graph().consumers(reader.output());
        if (next.size() == 1 && LintSubject.isBound(next.get(0))) {
            findings.warning(
                    "fusion",
                    next.get(0),
                    "what it reads from " + layer.get().label() + " is quantized in between, so that it is computed by"
                            + " itself: quantize behind the " + next.get(0).operator() + " only");
        }
    }
}
