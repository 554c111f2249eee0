package io.quantfleet.controlplane.storage;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date. Several instances may do so at once: Flyway holds a lock. */
@Singleton
public class SchemaMigration {
    private final Flyway flyway;
    private final DataSource dataSource;
    private final Database database;

    SchemaMigration(Flyway flyway, DataSource dataSource, Database database) {
        this.flyway = flyway;
        this.dataSource = dataSource;
        this.database = database;
    }

    /**
     * Migrates, and opens the database to everyone.
     *
     * @throws ControlPlaneException {@code UNAVAILABLE} if the database is away
     * @throws FlywayException if it holds a schema that this version can't work with
     */
    public void run() {
        try (var connection = dataSource.getConnection()) {
            connection.isValid(1);
        } catch (SQLException e) {
            throw new ControlPlaneException(ReasonCode.UNAVAILABLE, "the database: " + e.getMessage(), e);
        }
        flyway.migrate();
        database.open();
    }
}
