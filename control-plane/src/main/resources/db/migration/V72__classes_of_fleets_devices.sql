-- With the class, whoever needs nothing else of the devices does not join them with themselves: where the database has not
-- counted them yet, that took a time that grew with the square of their number.
create or replace view fleet_device as
    select fleet, device_id, device_class from device where lifecycle <> 'DECOMMISSIONED'
    union all
    select m.fleet, m.device_id, d.device_class from fleet_query_member m join device d on d.device_id = m.device_id;
