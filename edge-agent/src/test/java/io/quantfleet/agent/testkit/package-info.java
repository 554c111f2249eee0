/** What the agent's tests share: a tiny model, deployments made of it, a broker, and stand-ins for the other side. */
@NullMarked
package io.quantfleet.agent.testkit;

import org.jspecify.annotations.NullMarked;
