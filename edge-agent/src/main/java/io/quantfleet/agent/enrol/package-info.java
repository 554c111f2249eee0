/** How a device becomes known to the control plane, once, and what it keeps of that. */
@NullMarked
package io.quantfleet.agent.enrol;

import org.jspecify.annotations.NullMarked;
