package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;

/** The members of fleets by query, in the database. */
@Singleton
class JdbiFleetMembers {
    /** How many devices came into a fleet and left it. */
    record Change(int joined, int left) {}

    /** Makes the devices that match the fleet's members; those that stay are not touched. */
    Change replace(Tx tx, String fleet, Filter<DeviceView> matching) {
        SqlFilter sql = SqlFilter.of(matching);
        return tx.handle()
                .createQuery("with matching as materialized (select d.device_id from device d where " + sql.condition()
                        + """
                        ), gone as (
                            delete from fleet_query_member m where m.fleet = :fleet
                                and not exists (select from matching n where n.device_id = m.device_id)
                            returning 1),
                        come as (
                            insert into fleet_query_member (fleet, device_id)
                            select :fleet, n.device_id from matching n
                            where not exists (select from fleet_query_member m
                                where m.fleet = :fleet and m.device_id = n.device_id)
                            returning 1)
                        select (select count(*) from come) as come, (select count(*) from gone) as gone""")
                .bindMap(sql.values())
                .bind("fleet", fleet)
                .map((row, context) -> new Change(row.getInt("come"), row.getInt("gone")))
                .one();
    }
}
