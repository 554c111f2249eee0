/** Topics of the services and the CloudEvents that travel on them. */
@NullMarked
package io.quantfleet.protocols.kafka;

import org.jspecify.annotations.NullMarked;
