package io.quantfleet.controlplane.console.device;

import io.quantfleet.controlplane.console.frame.QueryMistake;
import io.quantfleet.controlplane.console.frame.Units;
import io.quantfleet.controlplane.device.DeviceFields;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which devices, in what order: what the query of the list's URL says. Empty text means any. What the URL says wrongly
 * is as if it were not said.
 *
 * @param query in the language of {@link io.quantfleet.controlplane.filter}
 * @param page from 1
 */
public record DeviceFilter(
        String search,
        String query,
        String fleet,
        String deviceClass,
        String condition,
        String sort,
        boolean descending,
        int page) {
    public static final int PAGE_SIZE = 100;
    private static final Map<String, String> COLUMNS = columns();

    public DeviceFilter {
        sort = COLUMNS.containsKey(sort) ? sort : "device";
        page = Math.max(page, 1);
    }

    private static Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("device", "device_id");
        columns.put("fleet", "fleet");
        columns.put("class", "device_class");
        columns.put("state", "condition");
        columns.put("model", "active_model_name, active_model_version");
        columns.put("p50", "p50_millis");
        columns.put("p95", "p95_millis");
        columns.put("accuracy", "accuracy");
        columns.put("seen", "last_seen");
        return columns;
    }

    /** The order for SQL; made of constants only. */
    String orderBy() {
        String direction = descending ? " desc nulls last" : " asc nulls last";
        return COLUMNS.getOrDefault(sort, "device_id").replace(",", direction + ",") + direction + ", device_id";
    }

    int offset() {
        return (page - 1) * PAGE_SIZE;
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

    /** The query that sorts by {@code column}: ascending first, descending if it is sorted so already. */
    public String sortedBy(String column) {
        return query(column, column.equals(sort) && !descending, 1);
    }

    /** The query for another page of the same list. */
    public String atPage(int other) {
        return query(sort, descending, other);
    }

    /** For {@code aria-sort} of {@code column}'s heading. */
    public String ariaSort(String column) {
        return !column.equals(sort) ? "none" : descending ? "descending" : "ascending";
    }

    private String query(String column, boolean downwards, int at) {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("q", search);
        said.put("filter", query);
        said.put("fleet", fleet);
        said.put("class", deviceClass);
        said.put("state", condition);
        said.put("sort", column.equals("device") && !downwards ? "" : column);
        said.put("dir", downwards ? "desc" : "");
        said.put("page", at == 1 ? "" : String.valueOf(at));
        return said.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> entry.getKey() + "=" + Units.url(entry.getValue()))
                .collect(Collectors.joining("&", "?", ""));
    }
}
