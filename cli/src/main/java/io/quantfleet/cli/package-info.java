/**
 * The {@code quantfleet} command: the entry point, the way errors reach the user, and where the built programs are.
 * Each group of subcommands has a package of its own below this one.
 */
@NullMarked
package io.quantfleet.cli;

import org.jspecify.annotations.NullMarked;
