/** A file system that fails, or stops the process that writes to it, where a test wants it to. */
@NullMarked
package io.quantfleet.agent.testkit.faults;

import org.jspecify.annotations.NullMarked;
