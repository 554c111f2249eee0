/**
 * Registering devices in bulk, before they come: a body of CSV or JSON lines is read as it arrives, a batch at a time, and
 * every line that can't be taken is reported with its number and reason. What is taken is taken, whatever the other lines
 * hold; the same body again changes nothing.
 */
@NullMarked
package io.quantfleet.controlplane.registration;

import org.jspecify.annotations.NullMarked;
