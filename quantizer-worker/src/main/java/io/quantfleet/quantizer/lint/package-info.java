/**
 * The target linter: holds a finished variant, whoever made it, against the profile of a device class, before anybody
 * loads it there. It reads the file as it is and knows nothing of how it came about.
 */
@NullMarked
package io.quantfleet.quantizer.lint;

import org.jspecify.annotations.NullMarked;
