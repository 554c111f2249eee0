/**
 * Device classes: what the runtime on a kind of hardware can execute, read from a YAML profile that users can copy and
 * change.
 */
@NullMarked
package io.quantfleet.quantizer.target;

import org.jspecify.annotations.NullMarked;
