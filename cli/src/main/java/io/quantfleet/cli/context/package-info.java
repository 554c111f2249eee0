/** Named contexts: which control plane the commands ask, and with what. */
@NullMarked
package io.quantfleet.cli.context;

import org.jspecify.annotations.NullMarked;
