/** Models, their versions, and the variants of a version side by side against FP32. */
@NullMarked
package io.quantfleet.controlplane.console.model;

import org.jspecify.annotations.NullMarked;
