package io.quantfleet.controlplane.console.device;

import io.quantfleet.controlplane.console.frame.QueryMistake;
import io.quantfleet.controlplane.console.frame.Sorting;
import io.quantfleet.controlplane.device.DeviceFields;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which devices, in what order: what the query of the list's URL says. Empty text means any. What the URL says wrongly
 * is as if it were not said.
 *
 * @param query in the language of {@link io.quantfleet.controlplane.filter}
 * @param after the device behind which the page begins; empty for the first page
 */
public record DeviceFilter(
        String search,
        String query,
        String fleet,
        String deviceClass,
        String condition,
        String sort,
        boolean descending,
        String after) {
    public static final int PAGE_SIZE = 50;
    private static final Sorting.Usual BY_ID = new Sorting.Usual("device", false);
    private static final Map<String, String> COLUMNS = columns();

    public DeviceFilter {
        sort = COLUMNS.containsKey(sort) ? sort : BY_ID.column();
    }

    private static Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("device", "device_id");
        columns.put("fleet", "fleet");
        columns.put("class", "device_class");
        columns.put("state", "condition");
        columns.put("model", "active_model_name || lpad(cast(active_model_version as text), 10)");
        columns.put("p50", "p50_millis");
        columns.put("p95", "p95_millis");
        columns.put("accuracy", "accuracy");
        columns.put("seen", "last_seen");
        return columns;
    }

    private String column() {
        return COLUMNS.getOrDefault(sort, "device_id");
    }

    /** The order for SQL; made of constants only. */
    String orderBy() {
        return column() + (descending ? " desc" : " asc") + " nulls last, device_id";
    }

    /**
     * A condition on rows for SQL, true of those that the page may have: those behind the device {@code after} in this
     * order, wherever it is by now. Made of constants only.
     */
    String onPage() {
        if (after.isEmpty()) {
            return "true";
        }
        if (column().equals("device_id")) {
            return "device_id" + (descending ? " < " : " > ") + ":after";
        }
        String key = "(select " + column() + " from rows where device_id = :after)";
        return "(" + column() + (descending ? " < " : " > ") + key + " or (" + column() + " is not distinct from " + key
                + " and device_id > :after) or (" + column() + " is null and " + key + " is not null))";
    }

    /** The devices that the query selects, without decommissioned ones unless it asks about them. */
    Filter<DeviceView> matching(Instant now) {
        return DeviceFields.inService(DeviceFields.read(query, now));
    }

    /** What is wrong with the query, if something is. */
    Optional<QueryMistake> mistake(Instant now) {
        try {
            matching(now);
            return Optional.empty();
        } catch (FilterException e) {
            return Optional.of(QueryMistake.of(query, e));
        }
    }

    public boolean any() {
        return !(search + query + fleet + deviceClass + condition).isEmpty();
    }

    /**
     * The same devices in the language of filters, for actions on all of them; empty where it has no words for them, and
     * {@code id like *} for every device.
     */
    public String asQuery() {
        if (!search.isEmpty()) {
            return "";
        }
        List<String> parts = new ArrayList<>();
        if (!query.isEmpty()) {
            parts.add("(" + query + ")");
        }
        if (!fleet.isEmpty()) {
            parts.add("fleet = " + quoted(fleet));
        }
        if (!deviceClass.isEmpty()) {
            parts.add("class = " + quoted(deviceClass));
        }
        if (!condition.isEmpty()) {
            parts.add(DeviceCondition.asQuery(condition));
        }
        return parts.isEmpty() ? "id like *" : String.join(" and ", parts);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** How the list is sorted, with the addresses that sort it otherwise and of its pages. */
    public Sorting sorting() {
        return new Sorting(
                sort,
                descending,
                BY_ID,
                Map.of(
                        "q", search,
                        "filter", query,
                        "fleet", fleet,
                        "class", deviceClass,
                        "state", condition));
    }
}
