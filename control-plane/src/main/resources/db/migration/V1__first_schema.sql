-- Conventions: names are the keys where people choose them; everything else is a uuid. Hashes are SHA-256 in 64
-- lower-case hexadecimal digits. Sizes are bytes, fractions are 0 to 1, times are instants. Codes (state, verdict,
-- kind) are the stable strings that REST shows; the check constraints list them.

-- Who there is ------------------------------------------------------------------------------------------------------

create table device_class (
    name        text primary key,
    profile     text        not null,                -- YAML, as the user or the product wrote it
    built_in    boolean     not null default false,
    created_at  timestamptz not null
);

create table fleet (
    name         text primary key,
    description  text        not null default '',
    created_at   timestamptz not null
);

create table enrolment_token (
    token_hash    text primary key,                   -- SHA-256 of the token; the token itself is never stored
    fleet         text        not null references fleet,
    device_class  text        not null references device_class,
    uses          integer     not null check (uses > 0),
    uses_left     integer     not null check (uses_left >= 0),
    created_at    timestamptz not null,
    expires_at    timestamptz not null
);

create table device (
    device_id      text primary key,
    device_class   text        not null references device_class,
    fleet          text        not null references fleet,
    labels         jsonb       not null default '{}',
    token_hash     text        not null references enrolment_token,
    enrolled_at    timestamptz not null,
    last_sequence  bigint      not null default 0,    -- of the newest manifest made for this device

    -- What the device last said of itself (ReportedState, Presence).
    agent_version          text        not null default '',
    online                 boolean     not null default false,
    presence_at            timestamptz,
    state                  text        not null default 'IDLE' check (state in
        ('IDLE', 'FETCHING', 'VERIFYING', 'SELF_TESTING', 'SWITCHING', 'ACTIVE', 'REFUSED', 'REVERTED')),
    report_number          bigint      not null default 0,
    reason_code            text,
    reason                 text,
    fetched_bytes          bigint      not null default 0,
    total_bytes            bigint      not null default 0,
    active_variant_sha256  text,
    active_model_name      text,
    active_model_version   integer,
    last_seen              timestamptz                -- of whatever came from the device last
);
create index device_of_fleet on device (fleet, device_class);

-- The timeline of a device: one row for each change that an operator would want to see.
create table device_event (
    id             bigint generated always as identity primary key,
    device_id      text        not null references device,
    at             timestamptz not null,
    kind           text        not null check (kind in ('ENROLLED', 'ONLINE', 'OFFLINE', 'DEPLOYED', 'STATE')),
    state          text,                               -- of the device, for kind STATE
    deployment_id  uuid,
    reason_code    text,
    reason         text
);
create index device_event_by_device on device_event (device_id, id desc);

-- Models and what is made of them -----------------------------------------------------------------------------------

-- Every object that came in through this service or that a registered version or a variant refers to.
create table artifact (
    sha256      text primary key,
    size        bigint      not null check (size >= 0),
    created_at  timestamptz not null
);

create table model (
    name        text primary key,
    created_at  timestamptz not null
);

create table model_version (
    model_name          text        not null references model,
    version             integer     not null check (version > 0),
    content_sha256      text        not null,          -- over the hashes of all artifacts: the same content, the same value
    task                text        not null,
    description         text        not null,          -- the .model.yaml
    onnx_sha256         text        not null,
    onnx_bytes          bigint      not null,          -- of the graph and its external data: the FP32 size
    artifacts           jsonb       not null,          -- a ModelArtifacts message in its JSON mapping
    max_loss_points     double precision not null,     -- what a variant may lose, percentage points
    source              text        not null check (source in ('REST', 'EVENT')),
    registered_at       timestamptz not null,
    primary key (model_name, version),
    unique (model_name, content_sha256)
);

create table quantization_job (
    id             uuid primary key,
    model_name     text        not null,
    model_version  integer     not null,
    device_class   text        not null references device_class,
    state          text        not null default 'QUEUED' check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED')),
    step           text check (step in ('FETCH', 'READ', 'CALIBRATE', 'QUANTIZE', 'EVALUATE', 'STORE')),
    progress       double precision not null default 0 check (progress between 0 and 1),
    worker         text,
    failure_code   text,                               -- for FAILED
    failure        text,
    queued_at      timestamptz not null,
    started_at     timestamptz,
    finished_at    timestamptz,
    unique (model_name, model_version, device_class),
    foreign key (model_name, model_version) references model_version
);

create table variant (
    job_id            uuid primary key references quantization_job,
    model_name        text        not null,
    model_version     integer     not null,
    device_class      text        not null references device_class,
    verdict           text        not null check (verdict in ('READY', 'REJECTED')),
    reasons           text[]      not null default '{}',
    sha256            text        not null,
    bytes             bigint      not null,
    probe_set_sha256  text        not null,
    probe_set_bytes   bigint      not null,
    probe_samples     integer     not null,
    probe_accuracy    double precision not null,
    report            jsonb       not null,
    accuracy_fp32     double precision generated always as ((report #>> '{accuracy,fp32}')::double precision) stored,
    accuracy          double precision generated always as ((report #>> '{accuracy,variant}')::double precision) stored,
    created_at        timestamptz not null,
    unique (model_name, model_version, device_class),
    foreign key (model_name, model_version) references model_version
);
create index variant_by_sha256 on variant (sha256);

-- Rollouts ----------------------------------------------------------------------------------------------------------

create table rollout (
    id             uuid primary key,
    fleet          text        not null references fleet,
    model_name     text        not null,
    model_version  integer     not null,
    state          text        not null check (state in
        ('PUBLISHING', 'ROLLING', 'SUCCEEDED', 'FAILED', 'SUPERSEDED')),
    superseded_by  uuid references rollout deferrable initially deferred,
    created_at     timestamptz not null,
    finished_at    timestamptz,
    foreign key (model_name, model_version) references model_version
);
create unique index one_open_rollout_per_fleet on rollout (fleet) where state in ('PUBLISHING', 'ROLLING');

-- One device's part in one rollout.
create table deployment (
    id              uuid primary key,
    rollout_id      uuid        not null references rollout,
    device_id       text        not null references device,
    variant_job_id  uuid        not null references variant,
    sequence        bigint      not null,
    manifest        bytea       not null,              -- a SignedManifest, as it is retained on the broker
    issued_at       timestamptz not null,
    expires_at      timestamptz not null,
    published_at    timestamptz,                       -- when the broker had acknowledged it
    state           text        not null default 'PENDING' check (state in
        ('PENDING', 'PUBLISHED', 'FETCHING', 'VERIFYING', 'SELF_TESTING', 'SWITCHING',
         'ACTIVE', 'REFUSED', 'REVERTED', 'EXPIRED', 'SUPERSEDED')),
    reason_code     text,
    reason          text,
    fetched_bytes   bigint      not null default 0,
    total_bytes     bigint      not null default 0,
    self_test       jsonb,                             -- samples, accuracy, p50Micros, p95Micros
    state_at        timestamptz not null,
    finished_at     timestamptz,
    unique (rollout_id, device_id),
    unique (device_id, sequence)
);
create index deployment_unfinished on deployment (rollout_id) where finished_at is null;

-- Telemetry ---------------------------------------------------------------------------------------------------------

-- A window that is delivered twice is stored once. Its start is part of the key because a device that lost its disk
-- and enrolled again counts its windows from one.
create table telemetry_window (
    device_id          text        not null references device,
    window_number      bigint      not null,
    start_at           timestamptz not null,
    end_at             timestamptz not null,
    deployment_id      uuid,
    variant_sha256     text        not null,
    model_name         text        not null,
    model_version      integer     not null,
    device_class       text        not null,
    fleet              text        not null,
    latency_histogram  bytea       not null,           -- HdrHistogram, compressed V2, microseconds
    p50_micros         double precision,               -- of that histogram; null when it is empty
    p95_micros         double precision,
    inferences         bigint      not null,
    right_answers      bigint      not null,
    wrong_answers      bigint      not null,
    errors             bigint      not null,
    rss_bytes          bigint      not null,
    cpu_temperature_celsius double precision,
    received_at        timestamptz not null,
    primary key (device_id, window_number, start_at)
);
create index telemetry_window_by_device on telemetry_window (device_id, end_at desc);

-- The sum of a device's windows with the variant that it served last; what a list of devices shows.
create table device_telemetry (
    device_id          text primary key references device,
    variant_sha256     text        not null,
    windows            bigint      not null,
    latency_histogram  bytea       not null,
    p50_micros         double precision,
    p95_micros         double precision,
    inferences         bigint      not null,
    right_answers      bigint      not null,
    wrong_answers      bigint      not null,
    errors             bigint      not null,
    newest_end_at      timestamptz not null
);

-- What dashboards draw: all windows that ended within one minute, merged.
create table telemetry_minute (
    minute             timestamptz not null,
    fleet              text        not null,
    device_class       text        not null,
    variant_sha256     text        not null,
    model_name         text        not null,
    model_version      integer     not null,
    windows            bigint      not null,
    latency_histogram  bytea       not null,
    p50_micros         double precision,
    p95_micros         double precision,
    inferences         bigint      not null,
    right_answers      bigint      not null,
    wrong_answers      bigint      not null,
    errors             bigint      not null,
    primary key (minute, fleet, device_class, variant_sha256)
);
create index telemetry_minute_by_variant on telemetry_minute (variant_sha256, minute);

-- Events ------------------------------------------------------------------------------------------------------------

-- Events written in the transaction of the state they tell of, relayed to Kafka in the order of id, then deleted.
create table outbox (
    id          bigint generated always as identity primary key,
    event_id    text        not null unique,           -- ce_id
    type        text        not null,                  -- the wire name, as quantization-job-requested.v1
    key         text        not null,                  -- of the Kafka record, and ce_subject
    payload     bytea       not null,                  -- the serialized protobuf message
    created_at  timestamptz not null
);

-- Which consumer has acted on which event.
create table processed_event (
    consumer  text        not null,
    event_id  text        not null,
    at        timestamptz not null,
    primary key (consumer, event_id)
);
create index processed_event_by_age on processed_event (at);
