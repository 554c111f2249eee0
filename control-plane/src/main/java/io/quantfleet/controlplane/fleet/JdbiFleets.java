package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/** Fleets in the database. */
@Singleton
public class JdbiFleets {
    private static final String SELECT = """
            select * from (
                select f.*, (select count(*) from fleet_device d where d.fleet = f.name) as devices from fleet f) f
            """;

    /** A fleet by query. */
    record Queried(String name, String query) {}

    /** The fleets that match, by their names, behind the name {@code after}. */
    List<Fleet> list(Tx tx, Filter<Fleet> filter, Optional<String> after, int limit) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery(SELECT + " where " + sql.condition()
                        + " and (cast(:after as text) is null or f.name > :after) order by f.name limit :limit")
                .bindMap(sql.values())
                .bind("after", after)
                .bind("limit", limit)
                .map(JdbiFleets::map)
                .list();
    }

    /** The fleet of that name, or {@code NOT_FOUND}. */
    public Fleet require(Tx tx, String name) {
        return find(tx, name).orElseThrow(() -> none(name));
    }

    Optional<Fleet> find(Tx tx, String name) {
        return tx.handle()
                .createQuery(SELECT + " where f.name = :name")
                .bind("name", name)
                .map(JdbiFleets::map)
                .findOne();
    }

    /** Makes sure that devices may enrol into the fleet: that it is static. */
    public void requireStatic(Tx tx, String name) {
        if (require(tx, name).query().isPresent()) {
            throw ControlPlaneException.invalid("fleet '" + name
                    + "' is by query: devices are in it because they match, and enrol into a static fleet");
        }
    }

    /** The names of the static fleets. */
    public List<String> staticNames(Tx tx) {
        return tx.handle()
                .createQuery("select name from fleet where query is null")
                .mapTo(String.class)
                .list();
    }

    /**
     * Holds the fleet's row, so that what is decided about its devices is decided one at a time.
     *
     * @return its query, if it has one
     */
    public Optional<String> lock(Tx tx, String name) {
        return tx.handle()
                .createQuery("select query from fleet where name = :name for update")
                .bind("name", name)
                .map((row, context) -> Rows.optionalText(row, "query"))
                .findOne()
                .orElseThrow(() -> none(name));
    }

    /** A fleet by query whose members were last looked up before {@code then}, its row held if nobody else holds it. */
    Optional<Queried> lockStale(Tx tx, Instant then) {
        return tx.handle()
                .createQuery("""
                        select name, query from fleet
                        where query is not null and (refreshed_at is null or refreshed_at < :then)
                        order by refreshed_at nulls first limit 1 for update skip locked""")
                .bind("then", then)
                .map(JdbiFleets::queriedRow)
                .findOne();
    }

    List<Queried> queried(Tx tx) {
        return tx.handle()
                .createQuery("select name, query from fleet where query is not null order by name")
                .map(JdbiFleets::queriedRow)
                .list();
    }

    void refreshed(Tx tx, String name, Instant now) {
        tx.handle()
                .createUpdate("update fleet set refreshed_at = :now where name = :name")
                .bind("name", name)
                .bind("now", now)
                .execute();
    }

    /** Whether the name was free and is now this fleet's. */
    boolean insert(Tx tx, Fleet fleet) {
        return tx.handle().createUpdate("""
                                insert into fleet (name, description, query, created_at)
                                values (:name, :description, :query, :createdAt) on conflict do nothing""").bindMethods(fleet).execute() == 1;
    }

    /** Gives the fleet that description and that query; its members are looked up anew. */
    void change(Tx tx, Fleet fleet) {
        tx.handle().createUpdate("""
                        update fleet set description = :description, query = :query, refreshed_at = null
                        where name = :name""").bindMethods(fleet).execute();
    }

    private static ControlPlaneException none(String name) {
        return ControlPlaneException.notFound("fleet '" + name + "'");
    }

    private static Queried queriedRow(ResultSet row, StatementContext context) throws SQLException {
        return new Queried(row.getString("name"), row.getString("query"));
    }

    private static Fleet map(ResultSet row, StatementContext context) throws SQLException {
        return new Fleet(
                row.getString("name"),
                row.getString("description"),
                Rows.optionalText(row, "query"),
                row.getInt("devices"),
                Rows.instant(row, "created_at"),
                Rows.optionalInstant(row, "refreshed_at"));
    }
}
