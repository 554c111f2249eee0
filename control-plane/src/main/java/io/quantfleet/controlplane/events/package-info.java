/** Reading events from Kafka: one loop per topic, one handler per kind of message, dead letters for what can't be used. */
@NullMarked
package io.quantfleet.controlplane.events;

import org.jspecify.annotations.NullMarked;
