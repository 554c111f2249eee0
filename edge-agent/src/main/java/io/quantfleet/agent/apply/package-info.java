/**
 * From a desired state to a model that serves. Everything here runs on one thread, the agent's {@code apply} executor;
 * what the outside says is handed over to it.
 */
@NullMarked
package io.quantfleet.agent.apply;

import org.jspecify.annotations.NullMarked;
