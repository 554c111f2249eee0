/** Topics between the control plane and the devices. */
@NullMarked
package io.quantfleet.protocols.mqtt;

import org.jspecify.annotations.NullMarked;
