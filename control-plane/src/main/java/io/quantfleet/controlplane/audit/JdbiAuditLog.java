package io.quantfleet.controlplane.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** The audit log in the database. */
@Singleton
public class JdbiAuditLog {
    private final ObjectMapper json;

    JdbiAuditLog(ObjectMapper json) {
        this.json = json;
    }

    /** Notes a call before it is carried out; the entry's id. */
    long begin(
            Tx tx, Instant now, String by, String method, String path, AuditedCall call, Optional<JsonNode> details) {
        return tx.handle()
                .createQuery("""
                        insert into audit_entry (at, actor, method, path, kind, subject, action, details)
                        values (:at, :by, :method, :path, :kind, :subject, :action, cast(:details as jsonb))
                        returning id""")
                .bind("at", now)
                .bind("by", by)
                .bind("method", method)
                .bind("path", path)
                .bind("kind", call.kind())
                .bind("subject", call.subject())
                .bind("action", call.action())
                .bind("details", details.map(JsonNode::toString))
                .mapTo(Long.class)
                .one();
    }

    /**
     * Notes what became of it.
     *
     * @param made the subject, if the call made it
     */
    void end(Tx tx, long id, Instant now, int status, Optional<String> refusal, Optional<String> made) {
        tx.handle()
                .createUpdate("""
                        update audit_entry set status = :status, refusal = :refusal, finished_at = :now,
                            subject = case when subject = '' then coalesce(:made, '') else subject end
                        where id = :id""")
                .bind("id", id)
                .bind("status", status)
                .bind("refusal", refusal)
                .bind("made", made)
                .bind("now", now)
                .execute();
    }

    /** The newest entries that match, below the id {@code before}. */
    public List<AuditEntry> list(Tx tx, Filter<AuditEntry> filter, Optional<Long> before, int limit) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery("select * from audit_entry a where " + sql.condition()
                        + " and (cast(:before as bigint) is null or a.id < :before) order by a.id desc limit :limit")
                .bindMap(sql.values())
                .bind("before", before)
                .bind("limit", limit)
                .map(this::map)
                .list();
    }

    private AuditEntry map(ResultSet row, StatementContext context) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                Rows.instant(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("kind"),
                row.getString("subject"),
                row.getString("method"),
                row.getString("path"),
                Rows.optionalText(row, "details").map(this::read),
                Rows.optionalInt(row, "status"),
                Rows.optionalText(row, "refusal"),
                Rows.optionalInstant(row, "finished_at"));
    }

    private JsonNode read(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the audit log holds details that are no JSON", e);
        }
    }
}
