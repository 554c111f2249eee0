/**
 * Makes the project's own sample model: draws its pictures, trains a small depthwise-separable network on them with DJL
 * and PyTorch, and writes the ONNX file, its description and its data sets. Compiled and run only by the Maven profile
 * {@code sample}; nothing that ships depends on it.
 */
@NullMarked
package io.quantfleet.sample;

import org.jspecify.annotations.NullMarked;
