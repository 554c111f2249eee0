-- What requests with an Idempotency-Key made and were answered, for those that come again. Written in the transaction
-- that makes what is answered. The key itself is not stored: answers may hold secrets, and are encrypted under it.
create table idempotent_answer (
    key_hash     bytea primary key,
    request_hash bytea not null,
    status       int not null,
    location     text,
    body         bytea not null,
    answered_at  timestamptz not null
);

create index idempotent_answer_by_age on idempotent_answer (answered_at);
