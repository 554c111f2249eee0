package io.quantfleet.quantizer.target;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How long operators take on a device class, as a fixed part and one that grows with the work: millions of
 * multiplications for Conv, ConvTranspose, Gemm and MatMul, millions of elements of the output for all others.
 *
 * @param rows empty where nothing is known
 */
public record LatencyTable(List<Row> rows) {
    /** Stands for every operator that has no row of its own. */
    private static final String OTHERS = "*";

    /**
     * One operator at one precision.
     *
     * @param operator its name, or {@code *}
     * @param precision what it is computed in
     * @param microsPerMillion microseconds for a million
     * @param overheadMicros microseconds that it takes at least
     */
    public record Row(String operator, Precision precision, double microsPerMillion, double overheadMicros) {
        public Row {
            if (!(microsPerMillion >= 0 && overheadMicros >= 0)) {
                throw new IllegalArgumentException("an operator takes no less than no time: " + operator);
            }
        }

        private double micros(double millions) {
            return overheadMicros + microsPerMillion * millions;
        }
    }

    public LatencyTable {
        rows = List.copyOf(rows);
        long different = rows.stream()
                .map(row -> List.of(row.operator(), row.precision()))
                .distinct()
                .count();
        if (different != rows.size()) {
            throw new IllegalArgumentException("latencyTable has two rows for one operator and precision");
        }
    }

    /** Whether nothing is known. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /**
     * How long an operator takes, in microseconds; empty if the table has no row for it.
     *
     * @param millions of multiplications or of elements
     */
    public OptionalDouble micros(String operator, Precision precision, double millions) {
        OptionalDouble own = find(operator, precision, millions);
        return own.isPresent() ? own : find(OTHERS, precision, millions);
    }

    private OptionalDouble find(String operator, Precision precision, double millions) {
        return rows.stream()
                .filter(row -> row.operator().equals(operator) && row.precision() == precision)
                .mapToDouble(row -> row.micros(millions))
                .findFirst();
    }
}
