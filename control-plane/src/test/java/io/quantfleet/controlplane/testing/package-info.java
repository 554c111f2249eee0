/** Real parts for integration tests: a PostgreSQL, a Kafka and an MQTT broker of the test's own, and who talks to them. */
@NullMarked
package io.quantfleet.controlplane.testing;

import org.jspecify.annotations.NullMarked;
