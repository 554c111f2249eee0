package io.quantfleet.controlplane.filter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parameters of a piece of SQL, named as they come. */
final class Bindings {
    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Takes a value in; returns what stands for it in the SQL. */
    String add(Object value) {
        String name = "filter" + values.size();
        values.put(name, value);
        return ":" + name;
    }

    Map<String, Object> values() {
        return Collections.unmodifiableMap(values);
    }
}
