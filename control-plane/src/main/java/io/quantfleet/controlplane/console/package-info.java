/**
 * The console: pages rendered on the server, read from the database by queries of their own, kept fresh by server-sent
 * events. This package holds the way to the database; each package below is one part of the console. None of them changes
 * anything: actions go through the REST interface.
 */
@NullMarked
package io.quantfleet.controlplane.console;

import org.jspecify.annotations.NullMarked;
