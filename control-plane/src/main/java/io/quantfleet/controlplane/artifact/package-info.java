/** The object store behind REST: artifacts go in and out by their SHA-256, streamed; and how artifacts are cut into chunks. */
@NullMarked
package io.quantfleet.controlplane.artifact;

import org.jspecify.annotations.NullMarked;
