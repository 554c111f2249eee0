-- A rollout's page counts and lists its deployments, of which a fleet has as many for every rollout that it ever had.
create index deployment_by_rollout on deployment (rollout_id);
