/** {@code quantfleet bench}: what things cost on this machine. */
@NullMarked
package io.quantfleet.cli.bench;

import org.jspecify.annotations.NullMarked;
