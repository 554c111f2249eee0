/** The program: configuration, wiring, the order of start and stop, health checks, and errors as problem details. */
@NullMarked
package io.quantfleet.controlplane.app;

import org.jspecify.annotations.NullMarked;
