/**
 * What a model takes and where its samples come from: the description beside an ONNX file, its check against the
 * graph, and data sets of images (folders or zips) or tensors (npz), read lazily so that memory does not depend on how
 * many samples there are. Everything here that can be wrong in a user's file ends in a message that names the file or
 * entry and the remedy.
 */
@NullMarked
package io.quantfleet.quantizer.dataset;

import org.jspecify.annotations.NullMarked;
