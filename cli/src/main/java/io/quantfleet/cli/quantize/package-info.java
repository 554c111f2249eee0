/** Quantizing offline: the quantizer library behind one command, with no server. */
@NullMarked
package io.quantfleet.cli.quantize;

import org.jspecify.annotations.NullMarked;
