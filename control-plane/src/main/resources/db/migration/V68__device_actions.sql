-- What people do to devices is in their timelines too.
alter table device_event drop constraint device_event_kind_check;
alter table device_event add constraint device_event_kind_check
    check (kind in ('REGISTERED', 'ENROLLED', 'DECOMMISSIONED', 'ONLINE', 'OFFLINE', 'DEPLOYED', 'STATE', 'MOVED', 'LABELLED'));
