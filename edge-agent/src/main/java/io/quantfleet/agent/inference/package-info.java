/**
 * What programs on the device ask of the model that serves: the Open Inference Protocol, version 2, over HTTP on the
 * loopback interface, and true labels for what was asked before.
 */
@NullMarked
package io.quantfleet.agent.inference;

import org.jspecify.annotations.NullMarked;
