-- Fleets by query, devices registered before they enrol, decommissioning.

-- A version as text that sorts as versions do (bytewise, collation "C"): up to four numbers, each padded to nine digits, then
-- '~' for a release or '-' and the pre-release, in which runs of digits are padded too. Null for what is no version.
-- VersionKey in Java makes the same; a contract test holds the two together.
create function version_key(version text) returns text immutable strict parallel safe language sql as $$
    select lpad(m[1], 9, '0') || '.' || lpad(coalesce(m[2], '0'), 9, '0') || '.' || lpad(coalesce(m[3], '0'), 9, '0')
        || '.' || lpad(coalesce(m[4], '0'), 9, '0')
        || coalesce('-' || (
            select string_agg(case when run[1] ~ '^[0-9]' then lpad(run[1], 9, '0') else run[1] end, '' order by place)
              from regexp_matches(m[5], '[0-9]+|[^0-9]+', 'g') with ordinality as runs(run, place)), '~')
      from regexp_match(version, '^[vV]?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?'
               || '(?:-([0-9A-Za-z.-]{1,64}))?(?:\+[0-9A-Za-z.-]{0,64})?$') as m
     where m is not null and coalesce(m[5], '') !~ '[0-9]{10}'
$$;

alter table device
    alter column token_hash drop not null,
    alter column enrolled_at drop not null,
    add column lifecycle text not null default 'ENROLLED'
        check (lifecycle in ('REGISTERED', 'ENROLLED', 'DECOMMISSIONED')),
    add column assigned_labels jsonb not null default '{}',  -- by an operator; they win over the device's own
    add column registered_at timestamptz not null default now(),  -- by an import, or by its enrolment
    add column decommissioned_at timestamptz,         -- last; kept when the device is readmitted
    add column credentials_revoked_at timestamptz,    -- what was issued until then is refused by the broker
    add column revocation_published_at timestamptz,   -- when the broker had been told of the last revocation
    add column agent_version_key text collate "C" generated always as (version_key(agent_version)) stored;
update device set registered_at = enrolled_at;
alter table device add check (lifecycle = 'REGISTERED' or (token_hash is not null and enrolled_at is not null)
    or lifecycle = 'DECOMMISSIONED');

-- For the language that selects devices.
create index device_by_label on device using gin (labels jsonb_path_ops);
create index device_by_class on device (device_class);
create index device_by_agent on device (agent_version_key);
create index device_by_model on device (active_model_name, active_model_version);
create index device_by_last_seen on device ((coalesce(last_seen, timestamptz '-infinity')));
create index device_revocation_pending on device (device_id)
    where credentials_revoked_at is not null and revocation_published_at is null;

alter table device_event drop constraint device_event_kind_check;
alter table device_event add constraint device_event_kind_check
    check (kind in ('REGISTERED', 'ENROLLED', 'DECOMMISSIONED', 'ONLINE', 'OFFLINE', 'DEPLOYED', 'STATE'));

alter table enrolment_token
    add column token_id   text generated always as (left(token_hash, 16)) stored unique,
    add column revoked_at timestamptz,
    add column readmits   boolean not null default false;   -- whether decommissioned devices may come back with it

-- A fleet by query has the devices that match it, looked up again and again; into one without, devices enrol.
alter table fleet
    add column query        text,
    add column refreshed_at timestamptz;              -- of a fleet by query: when its members were last looked up

create table fleet_query_member (
    fleet      text not null references fleet on delete cascade,
    device_id  text not null references device,
    primary key (fleet, device_id)
);
create index fleet_query_member_by_device on fleet_query_member (device_id);

-- The members of every fleet, static or by query.
create view fleet_device as
    select fleet, device_id from device where lifecycle <> 'DECOMMISSIONED'
    union all
    select fleet, device_id from fleet_query_member;

-- A device may be in several fleets; the rollout that began last commands it.
alter table rollout add column began_at timestamptz;  -- when it first ran
update rollout set began_at = created_at where state not in ('DRAFT', 'SCHEDULED');

create view device_commanded as
    select m.device_id, r.id as rollout_id, r.began_at
      from rollout_member m join rollout r on r.id = m.rollout_id
     where not m.back and r.state in ('RUNNING', 'PAUSED', 'FINISHED');

-- The devices that a rollout may take in, if their class has a variant: of its fleet, not commanded by a newer rollout.
create view rollout_candidate as
    select r.id as rollout_id, d.device_id, d.device_class, d.labels
      from rollout r
      join fleet_device f on f.fleet = r.fleet
      join device d on d.device_id = f.device_id
     where not exists (select from device_commanded c where c.device_id = d.device_id and c.began_at > r.began_at);
