/** The object store behind REST: artifacts go in and out by their SHA-256, streamed. */
@NullMarked
package io.quantfleet.controlplane.artifact;

import org.jspecify.annotations.NullMarked;
