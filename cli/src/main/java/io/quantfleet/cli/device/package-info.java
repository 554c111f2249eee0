/** {@code quantfleet device}: devices and the tokens that they enrol with, at a control plane. */
@NullMarked
package io.quantfleet.cli.device;

import org.jspecify.annotations.NullMarked;
