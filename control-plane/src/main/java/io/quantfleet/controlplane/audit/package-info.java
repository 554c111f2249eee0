/** The audit log: every call that changes something leaves an entry, whoever makes it and whatever becomes of it. */
@NullMarked
package io.quantfleet.controlplane.audit;

import org.jspecify.annotations.NullMarked;
