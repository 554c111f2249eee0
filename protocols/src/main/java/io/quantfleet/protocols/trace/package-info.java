/** The context of a trace, as it travels with messages. */
@NullMarked
package io.quantfleet.protocols.trace;

import org.jspecify.annotations.NullMarked;
