package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.filter.Field;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterFields;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.filter.ValueType;
import java.time.Instant;
import java.util.List;

/** What can be asked about rollouts. In SQL a rollout is a row of {@code rollout r}. */
public final class RolloutFields {
    private static final ValueType<String> STATES = ValueType.oneOf(List.of(
            "DRAFT",
            "SCHEDULED",
            "RUNNING",
            "PAUSED",
            "ROLLING_BACK",
            "FINISHED",
            "ROLLED_BACK",
            "ABORTED",
            "SUPERSEDED"));

    private static final FilterFields<JdbiRollouts.Rollout> FIELDS = FilterFields.of(List.of(
            Field.of("id", ValueType.text(), "cast(r.id as text)", rollout -> rollout.id()
                    .toString()),
            Field.of("fleet", ValueType.text(), "r.fleet", JdbiRollouts.Rollout::fleet),
            Field.of("model", ValueType.text(), "r.model_name", rollout -> rollout.model()
                    .model()),
            Field.of("version", ValueType.whole(), "r.model_version", rollout -> rollout.model()
                    .version()),
            Field.of("state", STATES, "r.state", rollout -> rollout.state().code()),
            Field.of("created", ValueType.age(), "r.created_at", JdbiRollouts.Rollout::createdAt)));

    private RolloutFields() {}

    /**
     * A filter as SQL.
     *
     * @throws io.quantfleet.controlplane.filter.FilterException if it can't be understood
     */
    public static SqlFilter sql(String filter, Instant now) {
        return SqlFilter.of(read(filter, now));
    }

    static Filter<JdbiRollouts.Rollout> read(String filter, Instant now) {
        return FIELDS.read(filter, now);
    }
}
