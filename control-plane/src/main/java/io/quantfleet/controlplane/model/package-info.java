/** Model versions, the quantization jobs planned for them, and the variants and reports that workers send back. */
@NullMarked
package io.quantfleet.controlplane.model;

import org.jspecify.annotations.NullMarked;
