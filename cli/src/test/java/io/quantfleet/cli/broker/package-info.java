/** What an MQTT broker must do to serve Quantfleet, as tests that any broker can be put to. */
@NullMarked
package io.quantfleet.cli.broker;

import org.jspecify.annotations.NullMarked;
