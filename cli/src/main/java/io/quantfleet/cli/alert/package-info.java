/** {@code quantfleet alert}: alerts, their rules and their receivers at a control plane. */
@NullMarked
package io.quantfleet.cli.alert;

import org.jspecify.annotations.NullMarked;
