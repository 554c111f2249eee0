/** The audit log as a page. */
@NullMarked
package io.quantfleet.controlplane.console.audit;

import org.jspecify.annotations.NullMarked;
