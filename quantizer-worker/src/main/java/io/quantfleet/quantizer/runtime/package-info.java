/**
 * The adapter around ONNX Runtime, and the only package that sees its classes: sessions, what they take and give, and
 * batched runs over buffers outside the heap.
 */
@NullMarked
package io.quantfleet.quantizer.runtime;

import org.jspecify.annotations.NullMarked;
