-- Which trace set something going that is done later, as a traceparent of W3C Trace Context; null where none is recorded.
alter table outbox add column traceparent text;
alter table rollout add column traceparent text;
