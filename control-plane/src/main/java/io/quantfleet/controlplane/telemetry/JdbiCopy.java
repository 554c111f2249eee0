package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jdbi.v3.core.result.UnableToProduceResultException;
import org.postgresql.PGConnection;

/**
 * Rows for PostgreSQL's COPY, in its text format: thousands of rows go in one statement, where inserts are planned and
 * answered one by one. Values are added in the order of the columns.
 */
final class JdbiCopy {
    private static final HexFormat HEX = HexFormat.of();
    private static final char NONE = 0;

    private final String statement;
    private final StringBuilder rows = new StringBuilder();
    private char separator = NONE;

    JdbiCopy(String table, List<String> columns) {
        this.statement = "copy " + table + " (" + String.join(", ", columns) + ") from stdin";
    }

    JdbiCopy value(String text) {
        begin();
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            switch (each) {
                case '\\' -> rows.append("\\\\");
                case '\t' -> rows.append("\\t");
                case '\n' -> rows.append("\\n");
                case '\r' -> rows.append("\\r");
                default -> rows.append(each);
            }
        }
        return this;
    }

    JdbiCopy value(long number) {
        begin();
        rows.append(number);
        return this;
    }

    JdbiCopy value(OptionalDouble number) {
        return number.isPresent() ? optional(Optional.of(number.getAsDouble())) : none();
    }

    JdbiCopy value(Instant instant) {
        begin();
        rows.append(instant);
        return this;
    }

    JdbiCopy value(byte[] bytes) {
        begin();
        rows.append("\\\\x").append(HEX.formatHex(bytes));
        return this;
    }

    /** @param value whose text has nothing to be escaped: a number, a UUID */
    JdbiCopy optional(Optional<?> value) {
        if (value.isEmpty()) {
            return none();
        }
        begin();
        rows.append(value.get());
        return this;
    }

    private JdbiCopy none() {
        begin();
        rows.append("\\N");
        return this;
    }

    private void begin() {
        if (separator != NONE) {
            rows.append(separator);
        }
        separator = '\t';
    }

    void endRow() {
        rows.append('\n');
        separator = NONE;
    }

    /** Sends the rows. */
    void run(Tx tx) {
        try {
            tx.handle()
                    .getConnection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(statement, new StringReader(rows.toString()));
        } catch (SQLException e) {
            throw new UnableToProduceResultException(e);
        } catch (IOException e) {
            throw new UncheckedIOException("rows in memory can always be read", e);
        }
    }
}
