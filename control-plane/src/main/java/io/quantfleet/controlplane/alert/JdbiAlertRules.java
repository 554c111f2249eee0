package io.quantfleet.controlplane.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rules and receivers in the database. */
@Singleton
class JdbiAlertRules {
    private final ObjectMapper json;

    JdbiAlertRules(ObjectMapper json) {
        this.json = json;
    }

    List<AlertRule> rules(Tx tx) {
        return tx.handle()
                .createQuery("select cast(definition as text) from alert_rule order by name")
                .mapTo(String.class)
                .map(this::parse)
                .list();
    }

    Optional<AlertRule> rule(Tx tx, String name) {
        return tx.handle()
                .createQuery("select cast(definition as text) from alert_rule where name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .map(this::parse)
                .findOne();
    }

    /** The rule, its row held until the transaction ends. */
    Optional<AlertRule> lockRule(Tx tx, String name) {
        return tx.handle()
                .createQuery("select cast(definition as text) from alert_rule where name = :name for update")
                .bind("name", name)
                .mapTo(String.class)
                .map(this::parse)
                .findOne();
    }

    /** Whether it is new. */
    boolean put(Tx tx, AlertRule rule, Instant now) {
        return tx.handle()
                .createQuery("""
                        insert into alert_rule values (:name, cast(:definition as jsonb), :now, :now)
                        on conflict (name) do update set definition = excluded.definition, updated_at = :now
                        returning created_at = updated_at""")
                .bind("name", rule.name())
                .bind("definition", write(rule))
                .bind("now", now)
                .mapTo(Boolean.class)
                .one();
    }

    boolean delete(Tx tx, String name) {
        return tx.handle()
                        .createUpdate("delete from alert_rule where name = :name")
                        .bind("name", name)
                        .execute()
                == 1;
    }

    List<Receiver> receivers(Tx tx) {
        return tx.handle()
                .createQuery("select * from alert_receiver order by name")
                .map((row, context) -> new Receiver(
                        row.getString("name"),
                        Receiver.Kind.valueOf(row.getString("kind")),
                        URI.create(row.getString("url")),
                        row.getString("secret")))
                .list();
    }

    Optional<Receiver> receiver(Tx tx, String name) {
        return receivers(tx).stream()
                .filter(receiver -> receiver.name().equals(name))
                .findFirst();
    }

    /** The receiver, its row held until the transaction ends. */
    Optional<Receiver> lockReceiver(Tx tx, String name) {
        tx.handle()
                .createQuery("select name from alert_receiver where name = :name for update")
                .bind("name", name)
                .mapTo(String.class)
                .findOne();
        return receiver(tx, name);
    }

    void putReceiver(Tx tx, Receiver receiver, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into alert_receiver values (:name, :kind, :url, :secret, :now)
                        on conflict (name) do update set kind = excluded.kind, url = excluded.url,
                            secret = excluded.secret""")
                .bind("name", receiver.name())
                .bind("kind", receiver.kind().name())
                .bind("url", receiver.url().toString())
                .bind("secret", receiver.secret())
                .bind("now", now)
                .execute();
    }

    boolean deleteReceiver(Tx tx, String name) {
        return tx.handle()
                        .createUpdate("delete from alert_receiver where name = :name")
                        .bind("name", name)
                        .execute()
                == 1;
    }

    List<String> fleets(Tx tx) {
        return tx.handle()
                .createQuery("select name from fleet order by name")
                .mapTo(String.class)
                .list();
    }

    private AlertRule parse(String definition) {
        try {
            return json.readValue(definition, AlertRule.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds an alert rule that doesn't parse", e);
        }
    }

    private String write(AlertRule rule) {
        try {
            return json.writeValueAsString(rule);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an alert rule that can't be written as JSON", e);
        }
    }
}
