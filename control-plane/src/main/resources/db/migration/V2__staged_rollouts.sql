-- Rollouts go by stages, each opened by what devices measure.

update rollout set state = 'FINISHED' where state in ('SUCCEEDED', 'FAILED');

alter table rollout drop constraint rollout_state_check;
drop index one_open_rollout_per_fleet;
alter table rollout
    add column strategy jsonb,                        -- a Strategy: stages, gates, what a failure leads to
    add column stage    integer,                      -- that runs, from 0; while rolling back the only one that does
    add column phase    text check (phase in ('AWAITING_APPROVAL', 'OPENING', 'SOAKING', 'JUDGING')),
    add column since    timestamptz,                  -- of the phase; of a scheduled one, when it begins
    add column reason   text;
update rollout set strategy = '{"stages": [{"name": "all", "percent": 100}]}';
update rollout set state = 'RUNNING', stage = 0, phase = 'OPENING', since = created_at
    where state in ('PUBLISHING', 'ROLLING');
alter table rollout
    alter column strategy set not null,
    add constraint rollout_state_check check (state in ('DRAFT', 'SCHEDULED', 'RUNNING', 'PAUSED', 'ROLLING_BACK',
        'FINISHED', 'ROLLED_BACK', 'ABORTED', 'SUPERSEDED'));
-- One rollout at a time commands a fleet; drafts and scheduled ones wait beside it.
create unique index one_open_rollout_per_fleet on rollout (fleet) where state in ('RUNNING', 'PAUSED', 'ROLLING_BACK');

-- What the gates of a stage said last.
create table rollout_stage (
    rollout_id  uuid        not null references rollout,
    stage       integer     not null,
    opened_at   timestamptz not null,
    judged_at   timestamptz,
    verdict     text check (verdict in ('OPEN', 'HOLD', 'FAIL')),
    findings    jsonb       not null default '[]',    -- Finding, one for each gate and class
    primary key (rollout_id, stage)
);

-- The devices of a rollout by stage, chosen when the stage opens. Each has at most one deployment that counts, and
-- after a rollback one that took it back.
alter table deployment drop constraint deployment_rollout_id_device_id_key;
create table rollout_member (
    rollout_id     uuid    not null references rollout,
    device_id      text    not null references device,
    stage          integer not null,
    deployment_id  uuid references deployment,        -- null until it is its turn
    rollback_id    uuid references deployment,
    back           boolean not null default false,    -- whether its way back has been settled, with or without rollback_id
    primary key (rollout_id, device_id)
);
create index rollout_member_waiting on rollout_member (rollout_id, stage) where deployment_id is null;
create index rollout_member_by_device on rollout_member (device_id);
insert into rollout_member (rollout_id, device_id, stage, deployment_id)
    select rollout_id, device_id, 0, id from deployment;
insert into rollout_stage (rollout_id, stage, opened_at) select id, 0, created_at from rollout;

-- A desired state that must vanish from the broker, for there is nothing before it to go back to.
alter table deployment add column withdrawn boolean not null default false, add column withdrawn_at timestamptz;
create index deployment_to_withdraw on deployment (id) where withdrawn and withdrawn_at is null;

-- FP32's accuracy on the probe set, to hold devices against; unknown for variants made before it was kept.
alter table variant add column probe_accuracy_fp32 double precision;
