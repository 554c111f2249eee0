/** Alerts, the rules that raise them, and who is told. */
@NullMarked
package io.quantfleet.controlplane.console.alert;

import org.jspecify.annotations.NullMarked;
