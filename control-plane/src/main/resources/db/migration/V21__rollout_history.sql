-- Every move of a rollout: who, when, why, from where to where.
create table rollout_event (
    id          bigint generated always as identity primary key,
    rollout_id  uuid        not null references rollout,
    at          timestamptz not null,
    actor       text        not null,                 -- 'control-plane' where it moved by itself; empty if nobody said
    action      text        not null,                 -- create, start, approve, pause, resume, promote, retry, ...
    from_state  text,                                  -- null when it is created
    from_stage  integer,
    from_phase  text,
    to_state    text        not null,
    to_stage    integer,
    to_phase    text,
    reason      text
);
create index rollout_event_by_rollout on rollout_event (rollout_id, id);

-- How often a device was asked to go back: one that fails is asked again.
alter table rollout_member add column rollback_attempts integer not null default 0;

-- When devices of a fleet may be asked to install.
create table fleet_maintenance (
    fleet             text primary key references fleet on delete cascade,
    windows           jsonb   not null,                -- MaintenanceWindow: cron, duration, zone
    rollback_anytime  boolean not null
);
