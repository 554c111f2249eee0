/**
 * ONNX files: reading with every check that later steps rely on, an editable graph that knows who makes and who reads
 * each tensor, and writing that never leaves half a file. Only here and where graphs are rewritten do the format's own
 * classes appear.
 */
@NullMarked
package io.quantfleet.quantizer.onnx;

import org.jspecify.annotations.NullMarked;
