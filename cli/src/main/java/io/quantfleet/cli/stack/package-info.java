/**
 * A whole Quantfleet on one machine: the embedded servers, the control plane and the workers, each a process of its own
 * that is started as in production, watched, restarted and stopped, with all data under one directory.
 */
@NullMarked
package io.quantfleet.cli.stack;

import org.jspecify.annotations.NullMarked;
