-- What true labels said of each device's answers with the variant that it serves: gates may go by it.
alter table device_telemetry
    add column feedback_right bigint not null default 0,
    add column feedback_wrong bigint not null default 0;
