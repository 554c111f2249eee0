package io.quantfleet.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows in columns; texts to the left, numbers to the right. */
public final class Table {
    private static final String GAP = "   ";

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /** A column's title, and whether its values stand to the right. */
    public record Column(String title, boolean number) {
        /** A column of texts. */
        public static Column text(String title) {
            return new Column(title, false);
        }

        /** A column of numbers. */
        public static Column number(String title) {
            return new Column(title, true);
        }
    }

    public Table(Column... columns) {
        this.columns = List.of(columns);
    }

    /** What stands for a text that is empty. */
    public static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Adds a row with one value per column. */
    public void row(String... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
        }
        rows.add(List.of(values));
    }

    /** The table, a line per row after the titles. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line(columns.stream().map(Column::title).toList()));
        rows.forEach(row -> lines.add(line(row)));
        return lines;
    }

    private String line(List<String> values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            String padding = " ".repeat(width(i) - values.get(i).length());
            line.append(i == 0 ? "  " : GAP);
            line.append(columns.get(i).number() ? padding + values.get(i) : values.get(i) + padding);
        }
        return line.toString().stripTrailing();
    }

    private int width(int column) {
        int title = columns.get(column).title().length();
        return rows.stream().mapToInt(row -> row.get(column).length()).reduce(title, Math::max);
    }
}
