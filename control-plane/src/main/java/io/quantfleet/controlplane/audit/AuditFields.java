package io.quantfleet.controlplane.audit;

import io.quantfleet.controlplane.filter.Field;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterFields;
import io.quantfleet.controlplane.filter.ValueType;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** What can be asked about the audit log. In SQL an entry is a row of {@code audit_entry a}. */
public final class AuditFields {
    private static final ValueType<String> OUTCOMES = ValueType.oneOf(
            Arrays.stream(AuditEntry.Outcome.values()).map(Enum::name).toList());

    private static final FilterFields<AuditEntry> FIELDS = FilterFields.of(List.of(
            Field.of("by", ValueType.text(), "a.actor", AuditEntry::by),
            Field.of("action", ValueType.text(), "a.action", AuditEntry::action),
            Field.of("kind", ValueType.text(), "a.kind", AuditEntry::kind),
            Field.of("subject", ValueType.text(), "a.subject", AuditEntry::subject),
            Field.of(
                    "outcome",
                    OUTCOMES,
                    "case when a.status is null then 'UNKNOWN' when a.status < 400 then 'DONE'"
                            + " when a.status < 500 then 'REFUSED' else 'FAILED' end",
                    entry -> entry.outcome().name()),
            Field.of("at", ValueType.age(), "a.at", AuditEntry::at)));

    private AuditFields() {}

    /**
     * Reads a filter on the log.
     *
     * @throws io.quantfleet.controlplane.filter.FilterException if it can't be understood
     */
    public static Filter<AuditEntry> read(String filter, Instant now) {
        return FIELDS.read(filter, now);
    }
}
