-- What a tick, a batch of reports and a publisher look at stays small however large the fleets and the history are.

-- Manifests out of the rows that are counted, and room in the pages for the states that follow one another.
alter table deployment set (toast_tuple_target = 256, fillfactor = 70);
alter table deployment alter column manifest set storage external;
alter table device set (fillfactor = 70);

create index deployment_to_publish on deployment (issued_at, device_id)
    where published_at is null and finished_at is null and not withdrawn;
create index deployment_by_expiry on deployment (expires_at) where finished_at is null;
drop index rollout_member_waiting;
create index rollout_member_waiting on rollout_member (rollout_id, stage, device_id) where deployment_id is null;

-- The variants of a rollout, settled when it begins: one that is quantized again meanwhile changes nothing.
create table rollout_variant (
    rollout_id    uuid not null references rollout,
    device_class  text not null references device_class,
    job_id        uuid not null references variant,
    primary key (rollout_id, device_class)
);
insert into rollout_variant (rollout_id, device_class, job_id)
    select distinct on (r.id, v.device_class) r.id, v.device_class, v.job_id
      from rollout r
      join variant v on v.model_name = r.model_name and v.model_version = r.model_version and v.verdict = 'READY'
      join quantization_job j on j.id = v.job_id
     order by r.id, v.device_class, j.attempt desc;

-- What a device served, by its own word, when it was first asked to install; null if nothing.
alter table rollout_member add column before_job_id uuid references variant;
