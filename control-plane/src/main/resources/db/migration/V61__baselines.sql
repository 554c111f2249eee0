-- What a variant predicted at first: what its predictions are compared with later on. It grows until it is complete, and
-- then stays as it is.
create table telemetry_baseline (
    variant_sha256  text primary key,
    predictions     bigint not null,
    distributions   bytea  not null                    -- a TelemetryWindow with predictions and confidences
);
