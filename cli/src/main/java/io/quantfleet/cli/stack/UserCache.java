package io.quantfleet.cli.stack;

import java.nio.file.Path;
import java.util.Optional;

/** Files that can be made anew at any time and that all stacks of a user share: {@code ~/.cache/quantfleet}. */
public final class UserCache {
    private UserCache() {}

    /** The directory for one kind of file; honours {@code XDG_CACHE_HOME}. */
    public static Path directory(String kind) {
        Path caches = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(set -> !set.isBlank())
                .map(Path::of)
                .orElse(Path.of(System.getProperty("user.home"), ".cache"));
        return caches.resolve("quantfleet").resolve(kind);
    }
}
