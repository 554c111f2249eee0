/** Device classes with their profiles, devices with what they last said of themselves, and each device's timeline. */
@NullMarked
package io.quantfleet.controlplane.device;

import org.jspecify.annotations.NullMarked;
