package io.quantfleet.controlplane.console.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.alert.AlertRule;
import io.quantfleet.controlplane.console.ConsoleDatabase;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads alerts. */
@Singleton
class AlertQueries {
    private static final int LIMIT = 200;

    private static final String OPEN = """
            select * from alert where state <> 'RESOLVED' and (:fleet = '' or fleet = :fleet)
             order by state <> 'FIRING', severity <> 'critical', since desc limit :limit
            """;

    private static final String RESOLVED = """
            select * from alert a where state = 'RESOLVED' and (:fleet = '' or fleet = :fleet)
               and (cast(:before as uuid) is null
                    or (a.since, a.id) < (select b.since, b.id from alert b where b.id = :before))
             order by a.since desc, a.id desc limit :limit
            """;

    private static final String RULES = """
            select cast(r.definition as text) as definition, r.updated_at,
                   (select count(*) from alert a where a.rule = r.name and a.state <> 'RESOLVED') as open,
                   array(select told from jsonb_array_elements_text(r.definition -> 'receivers') told
                          where told not in (select name from alert_receiver)) as missing
              from alert_rule r where :name = '' or r.name = :name order by r.name limit :limit
            """;

    private static final String RECEIVERS = """
            select r.name, r.kind, r.url, r.secret <> '' as signed,
                   count(d.delivered_at) as delivered, count(*) filter (where d.next_at is not null) as waiting,
                   max(d.delivered_at) as last_delivered,
                   max(d.failure) filter (where d.next_at is not null) as failure
              from (select * from alert_receiver order by name limit :limit) r
              left join alert_delivery d on d.receiver = r.name
             group by 1, 2, 3, 4 order by 1
            """;

    private final ConsoleDatabase database;
    private final ObjectMapper json;

    AlertQueries(ConsoleDatabase database, ObjectMapper json) {
        this.database = database;
        this.json = json;
    }

    /** Those that fire, then those that may; an empty {@code fleet} is any. */
    List<AlertRow> open(String fleet) {
        return database.read(handle -> handle.createQuery(OPEN)
                .bind("fleet", fleet)
                .bind("limit", LIMIT)
                .map(ConstructorMapper.of(AlertRow.class))
                .list());
    }

    /** Those that are over, the newest first, older than {@code before}. */
    List<AlertRow> resolved(String fleet, Optional<UUID> before, int limit) {
        return database.read(handle -> handle.createQuery(RESOLVED)
                .bind("fleet", fleet)
                .bind("before", before)
                .bind("limit", limit)
                .map(ConstructorMapper.of(AlertRow.class))
                .list());
    }

    List<RuleRow> rules() {
        return rules("", LIMIT);
    }

    Optional<AlertRule> rule(String name) {
        return rules(name, 1).stream().map(RuleRow::rule).findFirst();
    }

    private List<RuleRow> rules(String name, int limit) {
        return database.read(handle -> handle.createQuery(RULES)
                .bind("name", name)
                .bind("limit", limit)
                .map((row, context) -> new RuleRow(
                        parse(row.getString("definition")),
                        row.getTimestamp("updated_at").toInstant(),
                        row.getLong("open"),
                        List.of((String[]) row.getArray("missing").getArray())))
                .list());
    }

    private AlertRule parse(String definition) {
        try {
            return json.readValue(definition, AlertRule.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds an alert rule that doesn't parse", e);
        }
    }

    List<ReceiverRow> receivers() {
        return database.read(handle -> handle.createQuery(RECEIVERS)
                .bind("limit", LIMIT)
                .map(ConstructorMapper.of(ReceiverRow.class))
                .list());
    }
}
