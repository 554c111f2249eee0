package io.quantfleet.agent.serve;

import java.time.Duration;

/** Whether somebody needs the device at the moment; an update that may wait does so until nobody does. */
@FunctionalInterface
public interface Idleness {
    /** Whether no client has wanted an inference for at least this long. Callable from any thread. */
    boolean isIdleFor(Duration quiet);
}
