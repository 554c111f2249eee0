package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.filter.Field;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterFields;
import io.quantfleet.controlplane.filter.ValueType;
import java.time.Instant;
import java.util.List;

/** What can be asked about quantization jobs. In SQL a job is a row of {@code quantization_job j}, with {@code variant v}. */
final class JobFields {
    private static final ValueType<String> STATES =
            ValueType.oneOf(List.of("QUEUED", "RUNNING", "READY", "REJECTED", "FAILED", "CANCELLED"));

    private static final FilterFields<JobSummary> FIELDS = FilterFields.of(List.of(
            Field.of("id", ValueType.text(), "cast(j.id as text)", job -> job.jobId()
                    .toString()),
            Field.of("model", ValueType.text(), "j.model_name", JobSummary::model),
            Field.of("version", ValueType.whole(), "j.model_version", JobSummary::version),
            Field.of("class", ValueType.text(), "j.device_class", JobSummary::deviceClass),
            Field.of("attempt", ValueType.whole(), "j.attempt", JobSummary::attempt),
            Field.of("state", STATES, "coalesce(v.verdict, j.state)", JobSummary::state),
            Field.of("trains", ValueType.flag(), "j.trains", JobSummary::trains),
            Field.optional("worker", ValueType.text(), "j.worker", JobSummary::worker),
            Field.of("queued", ValueType.age(), "j.queued_at", JobSummary::queuedAt)));

    private JobFields() {}

    static Filter<JobSummary> read(String filter, Instant now) {
        return FIELDS.read(filter, now);
    }
}
