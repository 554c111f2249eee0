/**
 * What a control plane should hold, declared in files: {@code quantfleet apply} makes it so, {@code quantfleet diff} says
 * what that would change.
 */
@NullMarked
package io.quantfleet.cli.apply;

import org.jspecify.annotations.NullMarked;
