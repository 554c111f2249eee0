package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a node reads, in one run. */
final class Operands {
    private final List<String> names;
    private final Map<String, NDArray> values;
    private final Map<String, long[]> storedIntegers;
    private final NDManager manager;
    private final DataType precision;

    Operands(
            List<String> names,
            Map<String, NDArray> values,
            Map<String, long[]> storedIntegers,
            NDManager manager,
            DataType precision) {
        this.names = names;
        this.values = values;
        this.storedIntegers = storedIntegers;
        this.manager = manager;
        this.precision = precision;
    }

    /** How many places there are, those left out included. */
    int count() {
        return names.size();
    }

    boolean has(int place) {
        return place < names.size() && !names.get(place).isEmpty();
    }

    NDArray get(int place) {
        NDArray value = values.get(names.get(place));
        if (value == null) {
            throw new IllegalStateException("tensor " + names.get(place) + " has no value");
        }
        return value;
    }

    Optional<NDArray> optional(int place) {
        return has(place) ? Optional.of(get(place)) : Optional.empty();
    }

    /** An operand's integers. */
    long[] longs(int place) {
        long[] stored = storedIntegers.get(names.get(place));
        if (stored != null) {
            return stored.clone();
        }
        NDArray value = get(place);
        return value.getDataType() == DataType.INT64
                ? value.toLongArray()
                : value.toType(DataType.INT64, false).toLongArray();
    }

    /** An operand's only number. */
    double number(int place) {
        NDArray value = get(place);
        return value.toType(DataType.FLOAT64, false).toDoubleArray()[0];
    }

    /** Where new arrays are made. */
    NDManager manager() {
        return manager;
    }

    /** The type that floats have here. */
    DataType precision() {
        return precision;
    }
}
