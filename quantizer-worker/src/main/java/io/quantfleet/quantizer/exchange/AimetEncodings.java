package io.quantfleet.quantizer.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Encodings in layout 1.0.0: real = scale × (integer + offset), the integers counted from 0 whatever type stores them, so
 * that the offset of a signed tensor is the type's least value less its zero point.
 */
final class AimetEncodings {
    private static final ObjectWriter WRITER = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();

    private final TensorNames names;
    private final ArrayNode activations;
    private final ArrayNode parameters;
    private final Set<String> told = new HashSet<>();

    private AimetEncodings(TensorNames names, ObjectNode root) {
        this.names = names;
        this.activations = root.putArray("activation_encodings");
        this.parameters = root.putArray("param_encodings");
    }

    static String of(QuantizedGraph variant) {
        ObjectNode root =
                JsonNodeFactory.instance.objectNode().put("version", "1.0.0").put("producer", "quantfleet");
        AimetEncodings encodings = new AimetEncodings(new TensorNames(variant), root);
        variant.codings().values().stream().flatMap(Optional::stream).forEach(coding -> encodings.add(coding, variant));
        try {
            return WRITER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always JSON", e);
        }
    }

    private void add(Coding coding, QuantizedGraph variant) {
        if (QuantizedGraph.quantizes(coding.node())) {
            if (!names.converts(coding)) {
                entry(activations, names.computed(coding), coding, Optional.empty());
            }
        } else {
            Optional<StoredIntegers> stored = variant.stored(coding.node().output());
            stored.ifPresent(integers -> entry(parameters, names.stored(integers.name()), coding, stored));
        }
    }

    private void entry(ArrayNode entries, String name, Coding coding, Optional<StoredIntegers> stored) {
        if (!told.add(name)) {
            return;
        }
        ObjectNode entry = entries.addObject()
                .put("name", name)
                .put("dtype", "INT")
                .put("bw", coding.type().bits())
                .put("enc_type", coding.perTensor() ? "PER_TENSOR" : coding.block() > 0 ? "PER_BLOCK" : "PER_CHANNEL")
                .put("is_sym", coding.symmetric() && coding.type().signed());
        if (coding.axis().isPresent()) {
            int rank = stored.map(integers -> integers.dimensions().size()).orElse(1);
            entry.put("axis", Math.floorMod(coding.axis().getAsInt(), Math.max(rank, 1)));
        }
        if (coding.block() > 0) {
            entry.put("block_size", coding.block());
        }
        ArrayNode scales = entry.putArray("scale");
        ArrayNode offsets = entry.putArray("offset");
        ArrayNode least = entry.putArray("min");
        ArrayNode greatest = entry.putArray("max");
        for (int place = 0; place < coding.places(); place++) {
            scales.add(coding.scale(place));
            offsets.add(coding.type().least() - coding.zeroPoint(place));
            least.add((float) coding.lowest(place));
            greatest.add((float) coding.highest(place));
        }
    }
}
