-- Deltas between variants, one row for each pair that was ever wanted.
create table delta (
    from_sha256    text        not null,
    to_sha256      text        not null,
    state          text        not null default 'WANTED' check (state in ('WANTED', 'READY', 'USELESS', 'FAILED')),
    patch_sha256   text,                           -- for READY: the artifact, cut by a chunk plan of its own
    remark         text,                           -- sizes, or why there is none
    wanted_at      timestamptz not null,
    claimed_until  timestamptz,                    -- until then nobody else makes it
    attempts       integer     not null default 0,
    finished_at    timestamptz,
    primary key (from_sha256, to_sha256)
);
create index delta_wanted on delta (wanted_at) where state = 'WANTED';

-- What became of the delta that a manifest offered.
alter table deployment add column delta_outcome text, add column delta_reason text;
