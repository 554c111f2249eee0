package io.quantfleet.controlplane.console.telemetry;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.controlplane.console.telemetry.Chart.Reference;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads what telemetry is compared with and can be selected by. */
@Singleton
class ChartQueries {
    private static final String OF_VARIANT = """
            select accuracy_fp32 as fp32, accuracy as validation from variant
             where sha256 = :sha256 and device_class = :deviceClass order by created_at desc limit 1
            """;

    private static final String OF_DEVICE = """
            select v.accuracy_fp32 as fp32, v.accuracy as validation
              from device d join variant v on v.sha256 = d.active_variant_sha256 and v.device_class = d.device_class
             where d.device_id = :device order by v.created_at desc limit 1
            """;

    private final ConsoleDatabase database;

    ChartQueries(ConsoleDatabase database) {
        this.database = database;
    }

    Reference reference(VariantKey variant) {
        return database.read(handle -> handle.createQuery(OF_VARIANT)
                .bindMethods(variant)
                .map(ConstructorMapper.of(Reference.class))
                .findOne()
                .orElse(Reference.NONE));
    }

    Reference referenceOfDevice(String deviceId) {
        return database.read(handle -> handle.createQuery(OF_DEVICE)
                .bind("device", deviceId)
                .map(ConstructorMapper.of(Reference.class))
                .findOne()
                .orElse(Reference.NONE));
    }

    List<String> fleetNames() {
        return database.read(handle -> handle.createQuery("select name from fleet order by name")
                .mapTo(String.class)
                .list());
    }

    List<String> modelNames() {
        return database.read(handle -> handle.createQuery("select name from model order by name")
                .mapTo(String.class)
                .list());
    }
}
