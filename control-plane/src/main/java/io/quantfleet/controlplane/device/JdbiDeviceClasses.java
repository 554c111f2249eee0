package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/** Device classes in the database. */
@Singleton
public class JdbiDeviceClasses {
    public List<DeviceClass> list(Tx tx) {
        return tx.handle()
                .createQuery("select * from device_class order by name")
                .map(JdbiDeviceClasses::map)
                .list();
    }

    public Optional<DeviceClass> find(Tx tx, String name) {
        return tx.handle()
                .createQuery("select * from device_class where name = :name")
                .bind("name", name)
                .map(JdbiDeviceClasses::map)
                .findOne();
    }

    /** The class of that name, or {@code NOT_FOUND}. */
    public DeviceClass require(Tx tx, String name) {
        return find(tx, name).orElseThrow(() -> ControlPlaneException.notFound("device class '" + name + "'"));
    }

    /** Whether the name was free and is now this class's. */
    boolean insert(Tx tx, DeviceClass deviceClass) {
        return tx.handle().createUpdate("""
                                insert into device_class (name, profile, built_in, created_at)
                                values (:name, :profile, :builtIn, :createdAt) on conflict do nothing""").bindMethods(deviceClass).execute() == 1;
    }

    /** The class, or {@code NOT_FOUND}; its row held, so that no job or device comes to it, until the transaction ends. */
    DeviceClass lock(Tx tx, String name) {
        return tx.handle()
                .createQuery("select * from device_class where name = :name for update")
                .bind("name", name)
                .map(JdbiDeviceClasses::map)
                .findOne()
                .orElseThrow(() -> ControlPlaneException.notFound("device class '" + name + "'"));
    }

    /** Whether a job, a device or a token is of the class. */
    boolean isUsed(Tx tx, String name) {
        return tx.handle()
                .createQuery("""
                        select exists (select from quantization_job where device_class = :name)
                            or exists (select from device where device_class = :name)
                            or exists (select from enrolment_token where device_class = :name)""")
                .bind("name", name)
                .mapTo(Boolean.class)
                .one();
    }

    void replace(Tx tx, DeviceClass deviceClass) {
        tx.handle()
                .createUpdate("update device_class set profile = :profile where name = :name")
                .bindMethods(deviceClass)
                .execute();
    }

    /** Brings a built-in class up to the profile that this version of the product has. */
    void putBuiltIn(Tx tx, DeviceClass deviceClass) {
        tx.handle().createUpdate("""
                        insert into device_class (name, profile, built_in, created_at)
                        values (:name, :profile, true, :createdAt)
                        on conflict (name) do update set profile = excluded.profile
                        where device_class.built_in and device_class.profile <> excluded.profile""").bindMethods(deviceClass).execute();
    }

    private static DeviceClass map(ResultSet row, StatementContext context) throws SQLException {
        return new DeviceClass(
                row.getString("name"),
                row.getString("profile"),
                row.getBoolean("built_in"),
                Rows.instant(row, "created_at"));
    }
}
