/** Running a model on the device: once over its probe set as a self-test, and continuously as the service it gives. */
@NullMarked
package io.quantfleet.agent.serve;

import org.jspecify.annotations.NullMarked;
