/** {@code quantfleet rollout}: rollouts from the command line, over the control plane's REST interface. */
@NullMarked
package io.quantfleet.cli.rollout;

import org.jspecify.annotations.NullMarked;
