-- Alerts: rules over what devices measure, and who is told.

create table alert_receiver (
    name        text primary key,
    kind        text        not null check (kind in ('WEBHOOK', 'ALERTMANAGER')),
    url         text        not null,
    secret      text        not null default '',       -- that webhooks are signed with; empty: they are not
    created_at  timestamptz not null
);

create table alert_rule (
    name        text primary key,
    definition  jsonb       not null,                  -- as REST takes it
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);

-- One row for each time that a rule was met for a fleet.
create table alert (
    id           uuid primary key,
    rule         text        not null,                 -- kept when the rule is gone
    fleet        text        not null,
    severity     text        not null,
    state        text        not null check (state in ('PENDING', 'FIRING', 'RESOLVED')),
    value        double precision,                     -- at the last look; null where nothing was measured
    summary      text        not null,
    since        timestamptz not null,                 -- when the condition was met first
    clear_since  timestamptz,                          -- since when it has been over while the alert still fires
    fired_at     timestamptz,
    resolved_at  timestamptz,
    seen_at      timestamptz not null                  -- of the last look
);
create unique index one_open_alert on alert (rule, fleet) where state <> 'RESOLVED';
create index alert_by_time on alert (since desc);

-- What receivers are still to be told, written in the transaction of the state it tells of. Kept for a while afterwards.
create table alert_delivery (
    id            bigint generated always as identity primary key,
    alert_id      uuid        not null references alert,
    receiver      text        not null references alert_receiver on delete cascade,
    body          text        not null,
    created_at    timestamptz not null,
    attempts      integer     not null default 0,
    next_at       timestamptz,                         -- null: delivered, or given up
    delivered_at  timestamptz,
    failure       text                                 -- of the last attempt
);
create index alert_delivery_due on alert_delivery (next_at) where next_at is not null;
