-- Which devices fetch at the moment: looked up four times a second while a rollout runs.
create index deployment_fetching on deployment (state_at) where state in ('PUBLISHED', 'FETCHING');
