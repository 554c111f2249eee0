package io.quantfleet.controlplane.console.frame;

import io.quantfleet.protocols.Sha256;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Addresses of the console's own static files, each with a part that changes with its content: a browser may keep the
 * file for long and still never shows an old style on a new page.
 */
@Named("assets")
@Singleton
public class Assets {
    private final Map<String, String> urls = new ConcurrentHashMap<>();

    /** The address of {@code name}, a file under {@code META-INF/resources/console}. */
    public String url(String name) {
        return urls.computeIfAbsent(name, Assets::fingerprinted);
    }

    private static String fingerprinted(String name) {
        String path = "META-INF/resources/console/" + name;
        try (InputStream in = Thread.currentThread().getContextClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("no such asset: " + path);
            }
            return "/console/" + name + "?v="
                    + Sha256.of(in.readAllBytes()).hex().substring(0, 12);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
