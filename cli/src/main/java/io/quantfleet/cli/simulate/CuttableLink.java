package io.quantfleet.cli.simulate;

import io.quantfleet.agent.link.DeviceLink;

/** A link whose connection can be made to break. */
interface CuttableLink extends DeviceLink {
    /** Breaks the connection, if there is one; what was not acknowledged comes again on the next. */
    void cut();

    /** As {@link #close}, but without a word: the device has lost its power. */
    void vanish();
}
