package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.filter.Field;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterFields;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.filter.ValueType;
import java.time.Instant;
import java.util.List;

/** What can be asked about fleets. In SQL a fleet is a row {@code f} of {@link JdbiFleets}' view. */
public final class FleetFields {
    private static final FilterFields<Fleet> FIELDS = FilterFields.of(List.of(
            Field.of("name", ValueType.text(), "f.name", Fleet::name),
            Field.of("description", ValueType.text(), "f.description", Fleet::description),
            Field.of("byQuery", ValueType.flag(), "(f.query is not null)", fleet -> fleet.query()
                    .isPresent()),
            Field.of("devices", ValueType.whole(), "f.devices", Fleet::devices),
            Field.of("created", ValueType.age(), "f.created_at", Fleet::createdAt)));

    private FleetFields() {}

    /**
     * A filter as SQL on rows {@code f} of {@code fleet} that have their number of {@code devices} too.
     *
     * @throws io.quantfleet.controlplane.filter.FilterException if it can't be understood
     */
    public static SqlFilter sql(String filter, Instant now) {
        return SqlFilter.of(read(filter, now));
    }

    static Filter<Fleet> read(String filter, Instant now) {
        return FIELDS.read(filter, now);
    }
}
