package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.profile.ShippedProfiles;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The device classes that come with the product, from the profiles in {@code protocols}. */
@Singleton
public class BuiltInDeviceClasses {
    private final Database database;
    private final JdbiDeviceClasses classes;
    private final Clock clock;

    BuiltInDeviceClasses(Database database, JdbiDeviceClasses classes, Clock clock) {
        this.database = database;
        this.classes = classes;
        this.clock = clock;
    }

    /** Puts them into the database; harmless when they are there. */
    public void register() {
        database.useTransaction(tx -> ShippedProfiles.registered().forEach(name -> {
            String profile = ShippedProfiles.text(name).orElseThrow();
            classes.putBuiltIn(tx, new DeviceClass(name, profile, true, clock.instant()));
        }));
    }
}
