package io.quantfleet.quantizer.calibration;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.runtime.Batch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * From the least to the greatest value seen. Both are reduced inside the graph: a few numbers a tensor leave a run. Least
 * and greatest pass over a value that is not a number, so the sum, which does not, is taken as well.
 */
public final class MinMax implements CalibrationMethod {
    private final Map<String, Reduced> reduced = new LinkedHashMap<>();
    private final Map<String, Range> ranges = new LinkedHashMap<>();

    private record Reduced(String least, String greatest, String sum) {}

    @Override
    public String name() {
        return "minmax";
    }

    @Override
    public Collection<String> instrument(Graph graph, Set<String> tensors) {
        List<String> outputs = new ArrayList<>();
        for (String tensor : tensors) {
            Reduced names = new Reduced(
                    reduce(graph, "ReduceMin", tensor, "_least"),
                    reduce(graph, "ReduceMax", tensor, "_greatest"),
                    reduce(graph, "ReduceSum", tensor, "_sum"));
            reduced.put(tensor, names);
            outputs.add(names.least());
            outputs.add(names.greatest());
            outputs.add(names.sum());
        }
        return outputs;
    }

    private static String reduce(Graph graph, String operator, String tensor, String suffix) {
        String output = graph.freshName(tensor + suffix);
        graph.add(Node.of(output, operator, List.of(tensor), List.of(output)).with("keepdims", 0));
        return output;
    }

    @Override
    public void observe(Batch batch) {
        reduced.forEach((tensor, names) -> {
            float least = batch.output(names.least()).data().getFloat(0);
            float greatest = batch.output(names.greatest()).data().getFloat(0);
            boolean number = !Float.isNaN(batch.output(names.sum()).data().getFloat(0));
            if (!Float.isFinite(least) || !Float.isFinite(greatest) || !number) {
                throw new QuantizerException(
                        ReasonCode.ACTIVATION_NOT_FINITE,
                        "tensor " + tensor + " took a value that is not finite on a calibration sample;"
                                + " the model can't be quantized before that is mended");
            }
            ranges.merge(tensor, new Range(least, greatest), Range::union);
        });
    }

    @Override
    public Map<String, Range> ranges() {
        return Map.copyOf(ranges);
    }
}
