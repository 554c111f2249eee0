/** Device classes and their profiles. */
@NullMarked
package io.quantfleet.controlplane.console.deviceclass;

import org.jspecify.annotations.NullMarked;
