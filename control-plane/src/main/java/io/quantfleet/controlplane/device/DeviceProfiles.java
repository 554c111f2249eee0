package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The profiles of device classes, each read once: they don't change while a control plane runs. Safe for use by several threads. */
@Singleton
public class DeviceProfiles {
    private final JdbiDeviceClasses classes;
    private final Map<String, DeviceProfile> known = new ConcurrentHashMap<>();

    DeviceProfiles(JdbiDeviceClasses classes) {
        this.classes = classes;
    }

    /** The profile of a device class, which must be registered. */
    public DeviceProfile of(Tx tx, String deviceClass) {
        return known.computeIfAbsent(
                deviceClass, name -> DeviceProfile.of(classes.require(tx, name).profile()));
    }
}
