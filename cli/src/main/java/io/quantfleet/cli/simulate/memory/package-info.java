/**
 * A file system in memory that keeps equal content once, however many files have it: what lets thousands of simulated
 * devices each hold a whole model.
 */
@NullMarked
package io.quantfleet.cli.simulate.memory;

import org.jspecify.annotations.NullMarked;
