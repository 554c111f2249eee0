/** The keys of an installation: making, rotating and revoking them. */
@NullMarked
package io.quantfleet.cli.keys;

import org.jspecify.annotations.NullMarked;
