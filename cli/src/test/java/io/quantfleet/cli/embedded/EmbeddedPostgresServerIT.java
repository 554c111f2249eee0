package io.quantfleet.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL keeps its data, and starts again although nobody stopped it. */
class EmbeddedPostgresServerIT {
    @TempDir
    private Path directory;

    @Test
    void startsAgainOnItsDataWhoeverStoppedIt() throws Exception {
        Path data = directory.resolve("postgres");
        Path binaries = directory.resolve("binaries");
        int port = FreePort.next();
        long first;
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, binaries, port)) {
            assertThat(server.isUp()).isTrue();
            execute(port, "CREATE TABLE kept (what text)");
            execute(port, "INSERT INTO kept VALUES ('yes')");
            first = LeftoverPostmaster.find(data).orElseThrow().pid();

            LeftoverPostmaster.stop(data);

            assertThat(LeftoverPostmaster.find(data)).isEmpty();
            assertThat(ProcessHandle.of(first)).isEmpty();
            assertThat(server.isUp()).isFalse();
        }

        try (EmbeddedPostgresServer again = EmbeddedPostgresServer.start(data, binaries, port)) {
            assertThat(again.isUp()).isTrue();
            assertThat(kept(port)).isEqualTo("yes");
        }

        assertThat(LeftoverPostmaster.find(data)).isEmpty();
    }

    @Test
    void takesNoOtherProcessForItsServer() throws Exception {
        String pidFile = ProcessHandle.current().pid() + "\n" + directory + "\n0\n5432\n";
        Files.writeString(directory.resolve("postmaster.pid"), pidFile);

        assertThat(LeftoverPostmaster.find(directory)).isEmpty();
    }

    private static void execute(int port, String sql) throws SQLException {
        try (Connection connection = connect(port);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String kept(int port) throws SQLException {
        try (Connection connection = connect(port);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT what FROM kept")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Connection connect(int port) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/quantfleet", "quantfleet", "");
    }
}
