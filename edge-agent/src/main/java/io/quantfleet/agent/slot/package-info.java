/** Two places for a model: the one that serves and the one that is written to. Which is which changes in one step. */
@NullMarked
package io.quantfleet.agent.slot;

import org.jspecify.annotations.NullMarked;
