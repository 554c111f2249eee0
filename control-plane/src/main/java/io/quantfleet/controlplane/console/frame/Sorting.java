package io.quantfleet.controlplane.console.frame;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * By which column a table is sorted, as its address says, and the addresses that sort it otherwise.
 *
 * @param kept what else the address says, which sorting leaves as it is
 * @param usual the column of an address that names none, in its usual direction
 */
public record Sorting(String column, boolean descending, Usual usual, Map<String, String> kept) {
    /** How many rows a table has that is sorted by anything else than its usual order, which alone has pages. */
    public static final int MOST = 200;

    /** What a table is sorted by unless somebody says otherwise. */
    public record Usual(String column, boolean descending) {}

    public Sorting {
        kept = Map.copyOf(kept);
    }

    /**
     * What an address asks for.
     *
     * @param columns that there are; any other is as if none was named
     * @param direction {@code desc}, or anything else for ascending
     */
    public static Sorting of(
            Collection<String> columns, Usual usual, String column, String direction, Map<String, String> kept) {
        return columns.contains(column)
                ? new Sorting(column, direction.equals("desc"), usual, kept)
                : new Sorting(usual.column(), usual.descending(), usual, kept);
    }

    /** Whether it is the order that has pages. */
    public boolean isUsual() {
        return column.equals(usual.column()) && descending == usual.descending();
    }

    /** The rows in this order, by columns that compare upwards. */
    public <T> List<T> sort(List<T> rows, Map<String, Comparator<T>> columns) {
        Comparator<T> upwards = Objects.requireNonNull(columns.get(column), "one of the columns that there are");
        return rows.stream().sorted(descending ? upwards.reversed() : upwards).toList();
    }

    /** The query that sorts by a column: the other way if it is sorted by that already. */
    public String sortedBy(String other) {
        boolean downwards = other.equals(column) ? !descending : other.equals(usual.column()) && usual.descending();
        return query(other, downwards, "");
    }

    /** The query for the page of the same table behind a row; empty for the first page. */
    public String behind(String row) {
        return query(column, descending, row);
    }

    private String query(String by, boolean downwards, String behind) {
        Map<String, String> said = new LinkedHashMap<>(kept);
        said.put("after", behind);
        if (!by.equals(usual.column()) || downwards != usual.descending()) {
            said.put("sort", by);
            said.put("dir", downwards ? "desc" : "");
        }
        return said.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> entry.getKey() + "=" + Units.url(entry.getValue()))
                .sorted()
                .collect(Collectors.joining("&", "?", ""));
    }

    /** For {@code aria-sort} of a column's heading. */
    public String ariaSort(String other) {
        return !other.equals(column) ? "none" : descending ? "descending" : "ascending";
    }
}
