-- Telemetry is counted once by the numbers of windows, rolled up by minute, hour and day, and dropped by whole partitions
-- when its time is over. Partitions are made and dropped by the program, from the retention that is configured.

-- Which windows of a numbering have been counted. Of a device that has delivered all it measured it is one range; what
-- it dropped while it was away leaves a hole.
create table telemetry_series (
    device_id  text          not null references device,
    series     bigint        not null,                -- 0 for windows of format 1, which name none
    seen       int8multirange not null,
    primary key (device_id, series)
) with (fillfactor = 50);
insert into telemetry_series (device_id, series, seen)
    select device_id, 0, range_agg(int8range(window_number, window_number, '[]')) from telemetry_window group by device_id;

-- Windows as they came, for a device's own page: by the time of receipt, so that one that comes late is kept as long.
alter table telemetry_window rename to telemetry_window_first;
alter table telemetry_window_first drop constraint telemetry_window_pkey;
alter table telemetry_window_first drop constraint telemetry_window_device_id_fkey;
alter table telemetry_window_first
    add column series           bigint not null default 0,
    add column feedback_right   bigint not null default 0,
    add column feedback_wrong   bigint not null default 0,
    add column cpu_permille     integer,
    add column battery_percent  integer,
    add column memory_available_bytes bigint;
create table telemetry_window (like telemetry_window_first including defaults) partition by range (received_at);
alter index telemetry_window_by_device rename to telemetry_window_first_by_device;
create index telemetry_window_by_device on telemetry_window (device_id, end_at desc);

alter table telemetry_minute rename to telemetry_minute_first;
alter table telemetry_minute_first rename constraint telemetry_minute_pkey to telemetry_minute_first_pkey;
alter index telemetry_minute_by_variant rename to telemetry_minute_first_by_variant;
alter table telemetry_minute_first
    add column requests        bigint not null default 0,
    add column feedback_right  bigint not null default 0,
    add column feedback_wrong  bigint not null default 0,
    add column distributions   bytea  not null default '';  -- a TelemetryWindow with predictions, confidences and errors by kind
create table telemetry_minute (like telemetry_minute_first including defaults,
    primary key (minute, fleet, device_class, variant_sha256)) partition by range (minute);
create index telemetry_minute_by_variant on telemetry_minute (variant_sha256, minute);

-- The same by hour and by day, from now on.
create table telemetry_hour (like telemetry_minute including defaults,
    primary key (minute, fleet, device_class, variant_sha256)) partition by range (minute);
alter table telemetry_hour rename column minute to hour;
create index telemetry_hour_by_variant on telemetry_hour (variant_sha256, hour);
create table telemetry_day (like telemetry_minute including defaults,
    primary key (minute, fleet, device_class, variant_sha256)) partition by range (minute);
alter table telemetry_day rename column minute to day;
create index telemetry_day_by_variant on telemetry_day (variant_sha256, day);
create table telemetry_hour_first (like telemetry_hour including defaults);
create table telemetry_day_first (like telemetry_day including defaults);

-- Which partitions there are, and where each ends.
create table telemetry_partition (
    parent    text        not null,
    name      text        not null,
    begins_at timestamptz,                             -- null: far back
    ends_at   timestamptz not null,
    primary key (parent, ends_at)
);

do $$
declare
    window_end timestamptz := date_trunc('minute', now()) + interval '1 minute';
    day_end    timestamptz := date_trunc('day', now(), 'UTC') + interval '1 day';
    part       record;
begin
    -- Of devices whose clocks are ahead; such windows count at the time of their receipt from now on.
    delete from telemetry_minute_first where minute >= day_end;
    for part in select * from (values ('telemetry_window', window_end), ('telemetry_minute', day_end),
                                      ('telemetry_hour', day_end), ('telemetry_day', day_end)) as p (parent, ends_at)
    loop
        execute format('alter table %I attach partition %I for values from (minvalue) to (%L)',
            part.parent, part.parent || '_first', part.ends_at);
        insert into telemetry_partition (parent, name, ends_at)
            values (part.parent, part.parent || '_first', part.ends_at);
    end loop;
end
$$;
