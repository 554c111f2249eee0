-- Who asked for which change, when, and what became of it: one row for each changing REST call, written before the call
-- is carried out and completed after it. A row without a status is of a call that the control plane did not outlive.

create table audit_entry (
    id           bigint generated always as identity primary key,
    at           timestamptz not null,
    actor        text        not null default '',     -- as the caller says, or the proxy before us; empty if nobody does
    method       text        not null,
    path         text        not null,
    kind         text        not null,                -- of what was changed: the first segment behind /api/v1
    subject      text        not null default '',     -- its id or name
    action       text        not null,
    details      jsonb,                               -- the request's JSON, if it is short; secrets are left out
    status       integer,                             -- HTTP's
    refusal      text,                                -- the code and the reason of a call that was refused or failed
    finished_at  timestamptz
);
create index audit_entry_by_actor on audit_entry (actor, id desc);
create index audit_entry_by_subject on audit_entry (kind, subject, id desc);
