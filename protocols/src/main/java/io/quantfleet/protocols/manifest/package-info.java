/** What a device shall run, signed by the control plane and verified by the device. */
@NullMarked
package io.quantfleet.protocols.manifest;

import org.jspecify.annotations.NullMarked;
