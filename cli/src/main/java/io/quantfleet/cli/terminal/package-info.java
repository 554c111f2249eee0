/** What long-running commands show while they run: steps with their elapsed time, and tables of results. */
@NullMarked
package io.quantfleet.cli.terminal;

import org.jspecify.annotations.NullMarked;
