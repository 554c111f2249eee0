/** Events written in the transaction of the state they tell of, and relayed to Kafka afterwards. */
@NullMarked
package io.quantfleet.controlplane.outbox;

import org.jspecify.annotations.NullMarked;
