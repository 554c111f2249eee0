package io.quantfleet.agent.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.quantfleet.agent.serve.Datatype;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Reads a tensor's elements from a JSON array, flat or nested as the tensor's axes are. The parser stands before the
 * array.
 */
final class JsonElements {
    private final JsonParser parser;
    private final Datatype datatype;
    private final String input;

    JsonElements(JsonParser parser, Datatype datatype, String input) {
        this.parser = parser;
        this.datatype = datatype;
        this.input = input;
    }

    /** @throws RequestException if there are more or fewer than the shape says, nested otherwise, or of another type */
    void read(List<Long> shape, ByteBuffer target) throws IOException {
        target.order(ByteOrder.LITTLE_ENDIAN);
        parser.nextToken();
        JsonToken first = parser.nextToken();
        if (first == JsonToken.START_ARRAY && shape.size() > 1) {
            nested(first, shape, 0, target);
        } else {
            row(first, target.remaining() / datatype.bytes(), target);
        }
    }

    private void nested(JsonToken first, List<Long> shape, int axis, ByteBuffer target) throws IOException {
        if (axis == shape.size() - 1) {
            row(first, shape.get(axis), target);
            return;
        }
        JsonToken token = first;
        long count = 0;
        for (; token != JsonToken.END_ARRAY && count < shape.get(axis); count++) {
            RequestReader.expect(parser, token, JsonToken.START_ARRAY, where() + "at depth " + (axis + 1));
            nested(parser.nextToken(), shape, axis + 1, target);
            token = parser.nextToken();
        }
        requireEnd(token, count, shape.get(axis));
    }

    private void row(JsonToken first, long expected, ByteBuffer target) throws IOException {
        JsonToken token = first;
        long count = 0;
        for (; token != JsonToken.END_ARRAY && count < expected; count++) {
            put(token, target);
            token = parser.nextToken();
        }
        requireEnd(token, count, expected);
    }

    private void requireEnd(JsonToken token, long count, long expected) {
        if (token != JsonToken.END_ARRAY || count != expected) {
            throw RequestException.bad(where() + "there are " + (token == JsonToken.END_ARRAY ? count : "more")
                    + " elements where its shape has " + expected);
        }
    }

    private void put(JsonToken token, ByteBuffer target) throws IOException {
        switch (datatype) {
            case BOOL -> target.put(truth(token));
            case UINT8 -> target.put((byte) whole(token, 0, 255));
            case INT8 -> target.put((byte) whole(token, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case INT16 -> target.putShort((short) whole(token, Short.MIN_VALUE, Short.MAX_VALUE));
            case INT32 -> target.putInt((int) whole(token, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case INT64 -> target.putLong(whole(token, Long.MIN_VALUE, Long.MAX_VALUE));
            case FP32 -> target.putFloat(single(token));
            case FP64 -> target.putDouble(number(token));
            case FP16 -> throw new IllegalStateException("FP16 is not read from JSON");
        }
    }

    private byte truth(JsonToken token) {
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw wrong(token, "true or false");
        }
        return (byte) (token == JsonToken.VALUE_TRUE ? 1 : 0);
    }

    private long whole(JsonToken token, long smallest, long largest) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(token, "a whole number");
        }
        boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && parser.getLongValue() >= smallest
                && parser.getLongValue() <= largest;
        if (!fits) {
            throw RequestException.bad(where() + parser.getText() + " is out of " + datatype + "'s range");
        }
        return parser.getLongValue();
    }

    private float single(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(token, "a number");
        }
        return (float) requireFinite(parser.getFloatValue());
    }

    private double number(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(token, "a number");
        }
        return requireFinite(parser.getDoubleValue());
    }

    private double requireFinite(double value) throws IOException {
        if (Double.isInfinite(value)) {
            throw RequestException.bad(where() + parser.getText() + " is out of " + datatype + "'s range");
        }
        return value;
    }

    private RequestException wrong(JsonToken token, String expected) {
        String found = token == null ? "nothing" : RequestReader.described(token);
        return RequestException.bad(where() + "an element is " + found + ", and " + datatype + " is " + expected);
    }

    private String where() {
        return "in the data of input '" + input + "', ";
    }
}
