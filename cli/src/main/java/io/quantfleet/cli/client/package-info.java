/** The control plane's REST API as this command uses it. */
@NullMarked
package io.quantfleet.cli.client;

import org.jspecify.annotations.NullMarked;
