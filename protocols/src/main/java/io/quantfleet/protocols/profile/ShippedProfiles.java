package io.quantfleet.protocols.profile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The profiles of device classes that come with the product, as YAML text. Some are registered with every control plane;
 * the others are templates to copy or to register by hand.
 */
public final class ShippedProfiles {
    private static final String FOLDER = "/io/quantfleet/protocols/device-classes/";
    private static final List<String> REGISTERED = List.of("rpi-cpu", "phone-npu", "gpu");
    private static final List<String> TEMPLATES = List.of("x86-vnni", "x86-avx2", "openvino", "qnn-htp", "nnapi");

    private ShippedProfiles() {}

    /** Names of the classes that every control plane has from the start. */
    public static List<String> registered() {
        return REGISTERED;
    }

    /** Every name: the classes that are registered from the start, then the templates. */
    public static List<String> names() {
        return Stream.concat(REGISTERED.stream(), TEMPLATES.stream()).toList();
    }

    /** The profile of that name; empty if none comes with the product. */
    public static Optional<String> text(String name) {
        if (!names().contains(name)) {
            return Optional.empty();
        }
        String resource = FOLDER + name + ".yaml";
        try (InputStream in = ShippedProfiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no profile " + resource + " on the class path");
            }
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the profile " + resource, e);
        }
    }
}
