package io.quantfleet.controlplane;

import java.util.UUID;

/** Where new ids come from; tests hand in their own. */
@FunctionalInterface
public interface Ids {
    UUID next();
}
