/** Alerts: rules over what fleets measure, looked at again and again, and the delivery of what they find. */
@NullMarked
package io.quantfleet.controlplane.alert;

import org.jspecify.annotations.NullMarked;
