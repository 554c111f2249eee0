package io.quantfleet.controlplane.maintenance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.statement.StatementContext;

/** The maintenance windows of fleets in the database. */
@Singleton
public class JdbiMaintenanceWindows {
    private static final TypeReference<List<MaintenanceWindow>> WINDOWS = new TypeReference<>() {};

    private final ObjectMapper json;

    JdbiMaintenanceWindows(ObjectMapper json) {
        this.json = json;
    }

    /** Those of a fleet; {@link MaintenanceWindows#ALWAYS} if none were given. */
    public MaintenanceWindows of(Tx tx, String fleet) {
        return tx.handle()
                .createQuery("select windows, rollback_anytime from fleet_maintenance where fleet = :fleet")
                .bind("fleet", fleet)
                .map(this::map)
                .findOne()
                .orElse(MaintenanceWindows.ALWAYS);
    }

    void put(Tx tx, String fleet, MaintenanceWindows windows) {
        tx.handle()
                .createUpdate("""
                        insert into fleet_maintenance (fleet, windows, rollback_anytime)
                        values (:fleet, cast(:windows as jsonb), :anytime)
                        on conflict (fleet) do update set windows = excluded.windows,
                            rollback_anytime = excluded.rollback_anytime""")
                .bind("fleet", fleet)
                .bind("windows", write(windows.windows()))
                .bind("anytime", windows.rollbackAnytime())
                .execute();
    }

    private MaintenanceWindows map(ResultSet row, StatementContext context) throws SQLException {
        try {
            return new MaintenanceWindows(
                    json.readValue(row.getString("windows"), WINDOWS), row.getBoolean("rollback_anytime"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds maintenance windows that don't parse", e);
        }
    }

    private String write(List<MaintenanceWindow> windows) {
        try {
            return json.writeValueAsString(windows);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maintenance windows are always writable", e);
        }
    }
}
