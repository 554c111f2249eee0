package io.quantfleet.agent.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.quantfleet.agent.inference.InferRequest.WantedOutput;
import io.quantfleet.agent.serve.Datatype;
import io.quantfleet.agent.serve.Predictor;
import io.quantfleet.agent.serve.Tensor;
import io.quantfleet.agent.serve.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads inference requests, and holds them against the model: every input once, of the right type and shape. Numbers go
 * straight from the text into the tensor's buffer. Safe for use by several threads.
 */
final class RequestReader {
    private static final int LONGEST_ID = 128;

    private final JsonFactory json;
    private final Supplier<String> ids;

    /** @param ids makes one for a request that brings none */
    RequestReader(JsonFactory json, Supplier<String> ids) {
        this.json = json;
        this.ids = ids;
    }

    /**
     * Reads a request.
     *
     * @throws RequestException if it is wrong; says what is, and what would be right
     */
    InferRequest read(RequestBody body, Predictor model) {
        try (JsonParser parser = json.createParser(body.bytes(), 0, body.jsonLength())) {
            Header header = header(parser);
            List<Tensor> inputs = new Inputs(json, body, model.inputs()).tensors(header.inputs());
            return new InferRequest(header.id().orElseGet(ids), inputs, wanted(header, model.outputs()));
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can't be read", e);
        }
    }

    static RequestException malformed(JsonProcessingException e) {
        return RequestException.bad("the request is not the JSON that it should be: " + e.getOriginalMessage()
                + " (line " + e.getLocation().getLineNr() + ", column "
                + e.getLocation().getColumnNr() + ")");
    }

    private record Header(
            Optional<String> id, List<InputHeader> inputs, List<OutputHeader> outputs, boolean binaryOutputs) {}

    /**
     * An input as the request describes it.
     *
     * @param binaryBytes the size of its binary data, -1 if it has none
     * @param dataAt where in the body its JSON array begins, -1 if it has none
     */
    record InputHeader(String name, String datatype, List<Long> shape, long binaryBytes, long dataAt) {}

    private record OutputHeader(String name, Optional<Boolean> binary) {}

    private record Parameters(long binaryBytes, Optional<Boolean> binaryData, boolean binaryOutputs) {
        static final Parameters NONE = new Parameters(-1, Optional.empty(), false);
    }

    private static Header header(JsonParser parser) throws IOException {
        Optional<String> id = Optional.empty();
        List<InputHeader> inputs = new ArrayList<>();
        List<OutputHeader> outputs = new ArrayList<>();
        boolean binaryOutputs = false;
        expect(parser, parser.nextToken(), JsonToken.START_OBJECT, "the request");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "id" -> id = id(text(parser, value, "id"));
                case "parameters" -> binaryOutputs = parameters(parser, value).binaryOutputs();
                case "inputs" -> {
                    expect(parser, value, JsonToken.START_ARRAY, "inputs");
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        inputs.add(input(parser));
                    }
                }
                case "outputs" -> {
                    expect(parser, value, JsonToken.START_ARRAY, "outputs");
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        outputs.add(output(parser));
                    }
                }
                default -> parser.skipChildren();
            }
        }
        return new Header(id, inputs, outputs, binaryOutputs);
    }

    private static Optional<String> id(String text) {
        if (text.length() > LONGEST_ID) {
            throw RequestException.bad(
                    "the request's id has " + text.length() + " characters, at most " + LONGEST_ID + " are allowed");
        }
        return Optional.of(text).filter(id -> !id.isEmpty());
    }

    private static InputHeader input(JsonParser parser) throws IOException {
        expect(parser, parser.currentToken(), JsonToken.START_OBJECT, "each of inputs");
        String name = "";
        String datatype = "";
        List<Long> shape = List.of();
        long binaryBytes = -1;
        long dataAt = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "name" -> name = text(parser, value, "name");
                case "datatype" -> datatype = text(parser, value, "datatype");
                case "shape" -> shape = shape(parser, value);
                case "parameters" -> binaryBytes = parameters(parser, value).binaryBytes();
                case "data" -> {
                    expect(parser, value, JsonToken.START_ARRAY, "data");
                    dataAt = parser.currentTokenLocation().getByteOffset();
                    parser.skipChildren();
                }
                default -> parser.skipChildren();
            }
        }
        return new InputHeader(name, datatype, shape, binaryBytes, dataAt);
    }

    private static OutputHeader output(JsonParser parser) throws IOException {
        expect(parser, parser.currentToken(), JsonToken.START_OBJECT, "each of outputs");
        String name = "";
        Optional<Boolean> binary = Optional.empty();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "name" -> name = text(parser, value, "name");
                case "parameters" -> binary = parameters(parser, value).binaryData();
                default -> parser.skipChildren();
            }
        }
        return new OutputHeader(name, binary);
    }

    private static Parameters parameters(JsonParser parser, JsonToken start) throws IOException {
        expect(parser, start, JsonToken.START_OBJECT, "parameters");
        long binaryBytes = Parameters.NONE.binaryBytes();
        Optional<Boolean> binaryData = Optional.empty();
        boolean binaryOutputs = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "binary_data_size" -> {
                    expect(parser, value, JsonToken.VALUE_NUMBER_INT, field);
                    binaryBytes = parser.getLongValue();
                }
                case "binary_data" -> binaryData = Optional.of(parser.getBooleanValue());
                case "binary_data_output" -> binaryOutputs = parser.getBooleanValue();
                case "classification" ->
                    throw RequestException.bad("the classification extension is not supported; ask for the scores");
                default -> parser.skipChildren();
            }
        }
        return new Parameters(binaryBytes, binaryData, binaryOutputs);
    }

    private static List<Long> shape(JsonParser parser, JsonToken start) throws IOException {
        expect(parser, start, JsonToken.START_ARRAY, "shape");
        List<Long> shape = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser, parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "each size in shape");
            shape.add(parser.getLongValue());
        }
        return shape;
    }

    private static String text(JsonParser parser, JsonToken value, String what) throws IOException {
        expect(parser, value, JsonToken.VALUE_STRING, what);
        return parser.getText();
    }

    static void expect(JsonParser parser, JsonToken found, JsonToken expected, String what) {
        if (found != expected) {
            throw RequestException.bad(what + " must be " + described(expected) + ", not "
                    + (found == null ? "nothing" : described(found)) + " (line "
                    + parser.currentTokenLocation().getLineNr() + ", column "
                    + parser.currentTokenLocation().getColumnNr() + ")");
        }
    }

    static String described(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NULL -> "null";
            default -> "'" + token.asString() + "'";
        };
    }

    private static List<WantedOutput> wanted(Header header, List<TensorSpec> outputs) {
        Map<String, TensorSpec> known = new LinkedHashMap<>();
        outputs.forEach(spec -> known.put(spec.name(), spec));
        if (header.outputs().isEmpty()) {
            return outputs.stream()
                    .map(spec -> wanted(spec, header.binaryOutputs()))
                    .toList();
        }
        Set<String> names = new HashSet<>();
        List<WantedOutput> wanted = new ArrayList<>();
        for (OutputHeader output : header.outputs()) {
            TensorSpec spec = known.get(output.name());
            if (spec == null) {
                throw RequestException.bad(
                        "the model has no output '" + output.name() + "'; its outputs are " + known.keySet());
            }
            if (!names.add(output.name())) {
                throw RequestException.bad("output '" + output.name() + "' is asked for twice");
            }
            wanted.add(wanted(spec, output.binary().orElse(header.binaryOutputs())));
        }
        return wanted;
    }

    private static WantedOutput wanted(TensorSpec spec, boolean binary) {
        if (spec.datatype() == Datatype.FP16 && !binary) {
            throw RequestException.bad("output '" + spec.name() + "' is FP16, which JSON can't carry; ask for it with"
                    + " \"parameters\": {\"binary_data\": true}");
        }
        return new WantedOutput(spec.name(), binary);
    }

    /** Turns what the request says of its inputs into tensors. */
    private record Inputs(JsonFactory json, RequestBody body, List<TensorSpec> specs) {
        List<Tensor> tensors(List<InputHeader> headers) throws IOException {
            Map<String, TensorSpec> missing = new LinkedHashMap<>();
            specs.forEach(spec -> missing.put(spec.name(), spec));
            List<Tensor> tensors = new ArrayList<>();
            int binaryAt = body.jsonLength();
            for (InputHeader header : headers) {
                TensorSpec spec = missing.remove(header.name());
                if (spec == null) {
                    throw unexpected(header);
                }
                requireFit(header, spec);
                if (header.binaryBytes() >= 0) {
                    tensors.add(binary(header, spec, binaryAt));
                    binaryAt += (int) header.binaryBytes();
                } else {
                    tensors.add(parsed(header, spec));
                }
            }
            if (!missing.isEmpty()) {
                throw RequestException.bad("the request lacks the model's input "
                        + missing.keySet().iterator().next());
            }
            if (binaryAt != body.bytes().length) {
                throw RequestException.bad(
                        "the body has " + body.binaryLength() + " bytes after its JSON, and the inputs" + " describe "
                                + (binaryAt - body.jsonLength()) + " of them with binary_data_size");
            }
            return tensors;
        }

        private RequestException unexpected(InputHeader header) {
            List<String> names = specs.stream().map(TensorSpec::name).toList();
            return RequestException.bad(
                    names.contains(header.name())
                            ? "input '" + header.name() + "' is given twice"
                            : "the model has no input '" + header.name() + "'; its inputs are " + names);
        }

        private void requireFit(InputHeader header, TensorSpec spec) {
            String name = "input '" + header.name() + "'";
            if (!header.datatype().equals(spec.datatype().name())) {
                throw RequestException.bad(
                        name + " is of datatype " + spec.datatype() + ", not '" + header.datatype() + "'");
            }
            if (!spec.admits(header.shape())) {
                throw RequestException.bad(name + " has the shape " + header.shape() + ", the model takes "
                        + spec.shape() + (spec.shape().contains(-1L) ? ", where -1 may be any size above 0" : ""));
            }
            if (header.binaryBytes() >= 0 && header.dataAt() >= 0) {
                throw RequestException.bad(name + " has data and binary_data_size; give one of them");
            }
            if (header.binaryBytes() < 0 && header.dataAt() < 0) {
                throw RequestException.bad(name + " has no data");
            }
        }

        private Tensor binary(InputHeader header, TensorSpec spec, int at) {
            long expected = bytes(header, spec);
            if (header.binaryBytes() != expected) {
                throw RequestException.bad("input '" + header.name() + "' has binary_data_size " + header.binaryBytes()
                        + "; " + spec.datatype() + " of shape " + header.shape() + " is " + expected + " bytes");
            }
            if (expected > body.bytes().length - at) {
                throw RequestException.bad("the body ends before the " + expected + " bytes of input '" + header.name()
                        + "'; is " + RequestBody.JSON_LENGTH + " the length of the JSON?");
            }
            ByteBuffer data = ByteBuffer.wrap(body.bytes(), at, (int) expected).slice();
            return new Tensor(header.name(), spec.datatype(), header.shape(), data);
        }

        private Tensor parsed(InputHeader header, TensorSpec spec) throws IOException {
            if (spec.datatype() == Datatype.FP16) {
                throw RequestException.bad("input '" + header.name() + "' is FP16, which JSON can't carry; send it as"
                        + " binary data, with binary_data_size and the header " + RequestBody.JSON_LENGTH);
            }
            long bytes = bytes(header, spec);
            // Each number is one character at least, and a comma or a bracket.
            if (bytes / spec.datatype().bytes() > body.jsonLength() / 2) {
                throw RequestException.bad("input '" + header.name() + "' of shape " + header.shape() + " has "
                        + bytes / spec.datatype().bytes() + " elements; its data has fewer");
            }
            ByteBuffer data = ByteBuffer.allocateDirect((int) bytes);
            try (JsonParser parser =
                    json.createParser(body.bytes(), (int) header.dataAt(), body.jsonLength() - (int) header.dataAt())) {
                new JsonElements(parser, spec.datatype(), header.name()).read(header.shape(), data);
            }
            return new Tensor(header.name(), spec.datatype(), header.shape(), data.flip());
        }

        private static long bytes(InputHeader header, TensorSpec spec) {
            try {
                return Math.multiplyExact(
                        Tensor.elements(header.shape()), (long) spec.datatype().bytes());
            } catch (ArithmeticException e) {
                throw RequestException.bad("input '" + header.name() + "' has the shape " + header.shape()
                        + ", more than any memory holds");
            }
        }
    }
}
