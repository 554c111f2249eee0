-- Strategies by name, for rollouts to come.

create table rollout_policy (
    name        text primary key,
    strategy    jsonb       not null,                  -- as REST takes it
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);
