-- Which chunks a manifest names: a fleet's manifests name few different sets.
create table chunk_set (
    sha256  text   primary key,                    -- over the names
    chunks  text[] not null                        -- the names of their topics, sorted
);
-- Null for manifests from before chunks were counted: nothing is withdrawn while one of those is live.
alter table deployment add column chunk_set text references chunk_set;

-- What is, or may be, retained on the broker.
create table broker_chunk (
    name   text primary key,
    state  text not null check (state in ('PUBLISHING', 'RETAINED', 'WITHDRAWING')),
    since  timestamptz not null
);
