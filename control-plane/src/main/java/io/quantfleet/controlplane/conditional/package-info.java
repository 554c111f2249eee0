/** Requests that count only while a thing is as its reader saw it: entity tags and preconditions (RFC 9110, chapter 13). */
@NullMarked
package io.quantfleet.controlplane.conditional;

import org.jspecify.annotations.NullMarked;
