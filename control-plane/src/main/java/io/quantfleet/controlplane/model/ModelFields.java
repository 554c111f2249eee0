package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.filter.Field;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterFields;
import io.quantfleet.controlplane.filter.ValueType;
import java.time.Instant;
import java.util.List;

/** What can be asked about models. In SQL a model is a row of {@link #TABLE}. */
final class ModelFields {
    /** Every model with the number of its versions and the latest of them. */
    static final String TABLE = """
            (select model_name, count(*) as versions, max(version) as latest, max(registered_at) as registered_at
            from model_version group by model_name) m""";

    private static final FilterFields<JdbiModels.Summary> FIELDS = FilterFields.of(List.of(
            Field.of("name", ValueType.text(), "m.model_name", JdbiModels.Summary::name),
            Field.of("version", ValueType.whole(), "m.latest", JdbiModels.Summary::latestVersion),
            Field.of("versions", ValueType.whole(), "m.versions", JdbiModels.Summary::versions),
            Field.of("registered", ValueType.age(), "m.registered_at", JdbiModels.Summary::registeredAt)));

    private ModelFields() {}

    static Filter<JdbiModels.Summary> read(String filter, Instant now) {
        return FIELDS.read(filter, now);
    }
}
