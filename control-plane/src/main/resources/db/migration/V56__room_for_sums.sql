-- A device's sum is written anew whenever it says something. Where its page has room for the new version, the old one's
-- space is used again at once; where it hasn't, rows wander and the table grows until it is vacuumed.
alter table device_telemetry set (fillfactor = 30);
