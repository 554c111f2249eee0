package io.quantfleet.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import io.quantfleet.agent.inference.InferRequest.WantedOutput;
import io.quantfleet.agent.serve.Datatype;
import io.quantfleet.agent.serve.Predictor;
import io.quantfleet.agent.serve.Tensor;
import io.quantfleet.agent.serve.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RequestReaderTest {
    private final RequestReader reader = new RequestReader(new JsonFactory(), () -> "made-up");

    @Test
    void readsNumbersFlatOrNestedInAnyOrderOfFields() {
        for (String data : List.of("[1, 2.5, -3, 4e0, 5, 6]", "[[1, 2.5, -3], [4e0, 5, 6]]")) {
            InferRequest request = read("{'inputs': [{'data': " + data
                    + ", 'datatype': 'FP32', 'shape': [2, 3], 'name': 'x', 'future': [{}]}], 'id': 'mine'}");

            assertThat(request.id()).isEqualTo("mine");
            assertThat(floats(request.inputs().get(0))).containsExactly(1, 2.5f, -3, 4, 5, 6);
            assertThat(request.inputs().get(0).shape()).containsExactly(2L, 3L);
        }
    }

    @Test
    void readsBinaryTensorsAfterTheJson() {
        String json = quoted(
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'parameters': {'binary_data_size': 12}}],"
                        + " 'outputs': [{'name': 'y', 'parameters': {'binary_data': true}}]}");
        ByteBuffer body = ByteBuffer.allocate(json.length() + 12).order(ByteOrder.LITTLE_ENDIAN);
        body.put(json.getBytes(StandardCharsets.UTF_8)).putFloat(1).putFloat(-2).putFloat(0.5f);

        InferRequest request = reader.read(new RequestBody(body.array(), json.length()), model(Datatype.FP32));

        assertThat(request.id()).isEqualTo("made-up");
        assertThat(floats(request.inputs().get(0))).containsExactly(1, -2, 0.5f);
        assertThat(request.outputs()).containsExactly(new WantedOutput("y", true));
    }

    @Test
    void givesEveryOutputWhereNoneIsNamed() {
        assertThat(read(request("'shape': [1, 3], 'data': [1, 2, 3]")).outputs())
                .containsExactly(new WantedOutput("y", false), new WantedOutput("z", false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "BOOL  | [true, false, true] | 1,0,1",
                "UINT8 | [0, 128, 255]       | 0,-128,-1",
                "INT8  | [-128, 0, 127]      | -128,0,127",
                "INT16 | [-2, 258, 0]        | -2,-1,2,1,0,0"
            })
    void laysOutElementsAsTheirTypeIs(Datatype type, String data, String expected) {
        InferRequest request = reader.read(
                body("{'inputs': [{'name': 'x', 'datatype': '" + type + "', 'shape': [1, 3], 'data': " + data + "}]}"),
                model(type));

        byte[] bytes = new byte[request.inputs().get(0).data().remaining()];
        request.inputs().get(0).data().get(bytes);
        assertThat(bytes)
                .containsExactly(Arrays.stream(expected.split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                                    | not the JSON that it should be",
                "[]                                                                   | must be an object, not an array (line 1, column 1)",
                "{'inputs': {}}                                                       | inputs must be an array, not an object",
                "{'inputs': []}                                                       | lacks the model's input x",
                "{'inputs': [{'name': 'w', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 2, 3]}]} | no input 'w'; its inputs are [x]",
                "{'inputs': [{'name': 'x', 'datatype': 'INT8', 'shape': [1, 3], 'data': [1, 2, 3]}]} | 'x' is of datatype FP32, not 'INT8'",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [3], 'data': [1, 2, 3]}]}    | shape [3], the model takes [-1, 3], where -1 may be any",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [0, 3], 'data': []}]}        | shape [0, 3], the model takes",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 2]}]}    | there are 2 elements where its shape has 3",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 2, 3, 4]}]}      | there are more elements where its shape has 3",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [2, 3], 'data': [[1, 2], [3, 4, 5, 6]]}]} | there are 2 elements where its shape has 3",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 'a', 3]}]} | an element is a text, and FP32 is a number",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 1e60, 3]}]} | 1e60 is out of FP32's range",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3]}]}                     | 'x' has no data",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [9000000000000000000, 3], 'data': [1]}]} | more than any memory holds",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [900000, 3], 'data': [1]}]}   | has 2700000 elements; its data has fewer",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 2, 3]}], 'outputs': [{'name': 'q'}]} | no output 'q'; its outputs are [y, z]",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 2, 3]}], 'outputs': [{'name': 'y'}, {'name': 'y'}]} | 'y' is asked for twice",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'parameters': {'binary_data_size': 12}}]} | the body ends before the 12 bytes of input 'x'; is Inference-Header-Content-Length",
                "{'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'parameters': {'binary_data_size': 11}}]} | FP32 of shape [1, 3] is 12 bytes",
                "{'outputs': [{'name': 'y', 'parameters': {'classification': 3}}]}    | classification extension is not supported"
            })
    void saysWhatIsWrong(String request, String message) {
        assertThatThrownBy(() -> read(request))
                .isInstanceOfSatisfying(
                        RequestException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessageContaining(message);
    }

    @Test
    void refusesAnInputThatIsGivenTwice() {
        String input = "{'name': 'x', 'datatype': 'FP32', 'shape': [1, 3], 'data': [1, 2, 3]}";

        assertThatThrownBy(() -> read("{'inputs': [" + input + ", " + input + "]}"))
                .hasMessageContaining("'x' is given twice");
    }

    @Test
    void refusesBytesThatNoInputDescribes() {
        String json = quoted(request("'shape': [1, 3], 'data': [1, 2, 3]"));
        byte[] body = (json + "tail").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> reader.read(new RequestBody(body, json.length()), model(Datatype.FP32)))
                .hasMessageContaining("4 bytes after its JSON, and the inputs describe 0");
    }

    @ParameterizedTest
    @EnumSource(
            value = Datatype.class,
            names = {"UINT8", "INT8", "INT16", "INT32", "INT64"})
    void refusesWholeNumbersOutOfRangeAndFractions(Datatype type) {
        for (String element : List.of("9223372036854775808", "1.5", "true")) {
            assertThatThrownBy(() -> reader.read(
                            body("{'inputs': [{'name': 'x', 'datatype': '" + type + "', 'shape': [1, 3], 'data': [0, "
                                    + element + ", 0]}]}"),
                            model(type)))
                    .isInstanceOf(RequestException.class)
                    .hasMessageContaining(type.name());
        }
    }

    @Test
    void refusesHalfPrecisionInJson() {
        assertThatThrownBy(() -> reader.read(
                        body("{'inputs': [{'name': 'x', 'datatype': 'FP16', 'shape': [1, 3], 'data': [0, 0, 0]}],"
                                + " 'outputs': [{'name': 'y', 'parameters': {'binary_data': true}}]}"),
                        model(Datatype.FP16)))
                .hasMessageContaining("JSON can't carry; send it as binary data");
    }

    private InferRequest read(String json) {
        return reader.read(body(json), model(Datatype.FP32));
    }

    private static String request(String input) {
        return "{'inputs': [{'name': 'x', 'datatype': 'FP32', " + input + "}]}";
    }

    private static RequestBody body(String json) {
        byte[] bytes = quoted(json).getBytes(StandardCharsets.UTF_8);
        return new RequestBody(bytes, bytes.length);
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[tensor.data().remaining() / Float.BYTES];
        tensor.data().asFloatBuffer().get(values);
        return values;
    }

    private static Predictor model(Datatype type) {
        return new Predictor() {
            @Override
            public List<TensorSpec> inputs() {
                return List.of(new TensorSpec("x", type, List.of(-1L, 3L)));
            }

            @Override
            public List<TensorSpec> outputs() {
                return List.of(new TensorSpec("y", type, List.of(-1L, 2L)), new TensorSpec("z", type, List.of(-1L)));
            }

            @Override
            public List<String> labelNames() {
                return List.of();
            }

            @Override
            public Prediction predict(List<Tensor> inputs, Set<String> wanted) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
