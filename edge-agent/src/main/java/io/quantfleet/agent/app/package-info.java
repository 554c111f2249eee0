/** The agent as a program: its command line, its configuration, and how its parts are put together. */
@NullMarked
package io.quantfleet.agent.app;

import org.jspecify.annotations.NullMarked;
