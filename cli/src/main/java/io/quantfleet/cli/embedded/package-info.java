/**
 * PostgreSQL, Kafka and an MQTT 5 broker as one process that keeps everything under one directory: the real servers,
 * only not installed. Programs that use them can't tell the difference from a production installation.
 */
@NullMarked
package io.quantfleet.cli.embedded;

import org.jspecify.annotations.NullMarked;
