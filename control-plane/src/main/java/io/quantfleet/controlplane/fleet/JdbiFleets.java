package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.statement.StatementContext;

/** Fleets in the database. */
@Singleton
public class JdbiFleets {
    private static final String SELECT = """
            select f.*, (select count(*) from device d where d.fleet = f.name) as devices from fleet f
            """;

    List<Fleet> list(Tx tx) {
        return tx.handle()
                .createQuery(SELECT + " order by name")
                .map(JdbiFleets::map)
                .list();
    }

    /** The fleet of that name, or {@code NOT_FOUND}. */
    public Fleet require(Tx tx, String name) {
        return tx.handle()
                .createQuery(SELECT + " where name = :name")
                .bind("name", name)
                .map(JdbiFleets::map)
                .findOne()
                .orElseThrow(() -> ControlPlaneException.notFound("fleet '" + name + "'"));
    }

    /** Holds the fleet's row, so that what is decided about its devices is decided one at a time. */
    public void lock(Tx tx, String name) {
        boolean absent = tx.handle()
                .createQuery("select name from fleet where name = :name for update")
                .bind("name", name)
                .mapTo(String.class)
                .findOne()
                .isEmpty();
        if (absent) {
            throw ControlPlaneException.notFound("fleet '" + name + "'");
        }
    }

    /** Whether the name was free and is now this fleet's. */
    boolean insert(Tx tx, Fleet fleet) {
        return tx.handle().createUpdate("""
                                insert into fleet (name, description, created_at)
                                values (:name, :description, :createdAt) on conflict do nothing""").bindMethods(fleet).execute() == 1;
    }

    private static Fleet map(ResultSet row, StatementContext context) throws SQLException {
        return new Fleet(
                row.getString("name"),
                row.getString("description"),
                row.getInt("devices"),
                Rows.instant(row, "created_at"));
    }
}
