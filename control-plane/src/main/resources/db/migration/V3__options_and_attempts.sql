-- A model version may be quantized again for a device class, with other options: each time is an attempt of its own.
alter table quantization_job
    add column attempt integer not null default 1 check (attempt > 0),
    add column options jsonb   not null default '{}',   -- a QuantizationOptions message in its JSON mapping
    add column rungs   jsonb   not null default '[]',   -- what the search climbed until now, as the worker tells it
    add column max_loss_points double precision,        -- of this attempt; null: the model version's own
    drop constraint quantization_job_model_name_model_version_device_class_key,
    add unique (model_name, model_version, device_class, attempt),
    drop constraint quantization_job_state_check,
    add constraint quantization_job_state_check
        check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'));

alter table variant
    add column report_page_sha256 text,                 -- the report for people, HTML; null where the worker made none
    drop constraint variant_model_name_model_version_device_class_key;
create index variant_by_model_version on variant (model_name, model_version, device_class);

-- The attempt that counts: the last one for each version and device class.
create view current_quantization_job as
    select distinct on (model_name, model_version, device_class) *
      from quantization_job order by model_name, model_version, device_class, attempt desc;
