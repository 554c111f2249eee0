-- Jobs that may train are taken only by workers that can; a job that waits for one says so.
alter table quantization_job add column trains boolean not null default false;

-- How the training of a running job went until now.
alter table quantization_job add column training jsonb not null default '[]';

create or replace view current_quantization_job as
    select distinct on (model_name, model_version, device_class) *
      from quantization_job order by model_name, model_version, device_class, attempt desc;
