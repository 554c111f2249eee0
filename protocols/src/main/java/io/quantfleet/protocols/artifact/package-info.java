/** Content-addressed bytes: the object store's layout and the chunks that devices fetch. */
@NullMarked
package io.quantfleet.protocols.artifact;

import org.jspecify.annotations.NullMarked;
