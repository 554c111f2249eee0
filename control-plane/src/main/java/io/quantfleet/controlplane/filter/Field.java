package io.quantfleet.controlplane.filter;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Something that can be asked about.
 *
 * @param value what it is of a subject; empty if it has none
 * @param <T> the subject: a device, a fleet
 */
public record Field<T, V extends Comparable<V>>(
        String name, ValueType<V> type, Function<T, Optional<V>> value, Column column) {
    /** A field that every subject has. */
    public static <T, V extends Comparable<V>> Field<T, V> of(
            String name, ValueType<V> type, String sql, Function<T, V> value) {
        return optional(name, type, sql, value.andThen(Optional::of));
    }

    /** A field that a subject may lack; the SQL is null then. */
    public static <T, V extends Comparable<V>> Field<T, V> optional(
            String name, ValueType<V> type, String sql, Function<T, Optional<V>> value) {
        return new Field<>(name, type, value, new Column.Plain(sql));
    }

    /** A version given as text; what is no version is as if it were absent. */
    public static <T> Field<T, String> version(String name, String sqlOfKey, Function<T, String> value) {
        return optional(name, ValueType.version(), sqlOfKey, value.andThen(VersionKey::of));
    }

    /** A label, by its key. */
    static <T> Field<T, String> label(String key, String sql, Function<T, Map<String, String>> labels) {
        return new Field<>(
                "label." + key,
                ValueType.text(),
                subject -> Optional.ofNullable(labels.apply(subject).get(key)),
                new Column.Label(sql, key));
    }
}
