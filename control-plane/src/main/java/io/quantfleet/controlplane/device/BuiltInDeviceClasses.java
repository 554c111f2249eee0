package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

/** The device classes that come with the product, from the profiles in {@code protocols}. */
@Singleton
public class BuiltInDeviceClasses {
    private static final String FOLDER = "/io/quantfleet/protocols/device-classes/";
    private static final List<String> NAMES = List.of("rpi-cpu", "phone-npu", "gpu");

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
        database.useTransaction(tx -> NAMES.forEach(
                name -> classes.putBuiltIn(tx, new DeviceClass(name, profile(name), true, clock.instant()))));
    }

    private static String profile(String name) {
        String resource = FOLDER + name + ".yaml";
        try (InputStream in = BuiltInDeviceClasses.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no profile " + resource + " on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the profile " + resource, e);
        }
    }
}
