package io.quantfleet.agent.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.quantfleet.agent.inference.InferRequest.WantedOutput;
import io.quantfleet.agent.inference.ServedModel.Serving;
import io.quantfleet.agent.serve.Predictor;
import io.quantfleet.agent.serve.Tensor;
import io.quantfleet.agent.serve.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What is answered: JSON, and after it the tensors that were asked for as bytes. For one reader.
 *
 * @param binary empty if all of it is JSON
 */
record ResponseBody(ByteBuffer json, List<ByteBuffer> binary) {
    private interface Content {
        void write(JsonGenerator to) throws IOException;
    }

    /** Writes the fields of an object. */
    private static ResponseBody object(JsonFactory json, Content fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator to = json.createGenerator(bytes)) {
            to.writeStartObject();
            fields.write(to);
            to.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can't be written", e);
        }
        return new ResponseBody(ByteBuffer.wrap(bytes.toByteArray()), List.of());
    }

    static ResponseBody server(JsonFactory json, String version) {
        return object(json, to -> {
            to.writeStringField("name", "quantfleet-edge-agent");
            to.writeStringField("version", version);
            to.writeFieldName("extensions");
            to.writeArray(new String[] {"binary_tensor_data"}, 0, 1);
        });
    }

    static ResponseBody flag(JsonFactory json, String name, boolean value) {
        return object(json, to -> to.writeBooleanField(name, value));
    }

    static ResponseBody modelReady(JsonFactory json, Serving model) {
        return object(json, to -> {
            to.writeStringField("name", model.name());
            to.writeBooleanField("ready", model.predictor().isPresent());
        });
    }

    static ResponseBody error(JsonFactory json, String message) {
        return object(json, to -> to.writeStringField("error", message));
    }

    static ResponseBody judged(JsonFactory json, String id, int right, int wrong) {
        return object(json, to -> {
            to.writeStringField("id", id);
            to.writeNumberField("right", right);
            to.writeNumberField("wrong", wrong);
        });
    }

    static ResponseBody metadata(JsonFactory json, Serving serving, Predictor model) {
        return object(json, to -> {
            to.writeStringField("name", serving.name());
            to.writeFieldName("versions");
            to.writeArray(new String[] {serving.version()}, 0, 1);
            to.writeStringField("platform", "onnx_onnxv1");
            writeSpecs(to, "inputs", model.inputs());
            writeSpecs(to, "outputs", model.outputs());
        });
    }

    private static void writeSpecs(JsonGenerator to, String field, List<TensorSpec> specs) throws IOException {
        to.writeArrayFieldStart(field);
        for (TensorSpec spec : specs) {
            to.writeStartObject();
            to.writeStringField("name", spec.name());
            to.writeStringField("datatype", spec.datatype().name());
            writeShape(to, spec.shape());
            to.writeEndObject();
        }
        to.writeEndArray();
    }

    static ResponseBody prediction(
            JsonFactory json, Serving serving, InferRequest request, Predictor.Prediction prediction) {
        List<Tensor> tensors = prediction.outputs();
        ResponseBody header = object(json, to -> {
            to.writeStringField("model_name", serving.name());
            to.writeStringField("model_version", serving.version());
            to.writeStringField("id", request.id());
            to.writeArrayFieldStart("outputs");
            for (WantedOutput output : request.outputs()) {
                writeOutput(to, find(tensors, output.name()), output.binary());
            }
            to.writeEndArray();
        });
        return new ResponseBody(
                header.json(),
                request.outputs().stream()
                        .filter(WantedOutput::binary)
                        .map(output -> find(tensors, output.name()).data())
                        .toList());
    }

    private static Tensor find(List<Tensor> tensors, String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void writeOutput(JsonGenerator to, Tensor tensor, boolean binary) throws IOException {
        to.writeStartObject();
        to.writeStringField("name", tensor.name());
        to.writeStringField("datatype", tensor.datatype().name());
        writeShape(to, tensor.shape());
        if (binary) {
            to.writeObjectFieldStart("parameters");
            to.writeNumberField("binary_data_size", tensor.data().remaining());
            to.writeEndObject();
        } else {
            to.writeArrayFieldStart("data");
            writeElements(to, tensor);
            to.writeEndArray();
        }
        to.writeEndObject();
    }

    private static void writeShape(JsonGenerator to, List<Long> shape) throws IOException {
        to.writeFieldName("shape");
        to.writeArray(shape.stream().mapToLong(Long::longValue).toArray(), 0, shape.size());
    }

    private static void writeElements(JsonGenerator to, Tensor tensor) throws IOException {
        ByteBuffer data = tensor.data();
        while (data.hasRemaining()) {
            switch (tensor.datatype()) {
                case BOOL -> to.writeBoolean(data.get() != 0);
                case UINT8 -> to.writeNumber(data.get() & 0xff);
                case INT8 -> to.writeNumber(data.get());
                case INT16 -> to.writeNumber(data.getShort());
                case INT32 -> to.writeNumber(data.getInt());
                case INT64 -> to.writeNumber(data.getLong());
                case FP32 -> to.writeNumber(data.getFloat());
                case FP64 -> to.writeNumber(data.getDouble());
                case FP16 -> throw new IllegalStateException("FP16 is not written as JSON");
            }
        }
    }
}
