/**
 * The program around the quantizer: takes quantization jobs from a Kafka share group, one at a time, fetches what they
 * name from the object store, runs them, stores the variants and publishes how they ended. Whatever dies on the way, a
 * job's effect happens once: results carry the job's id, variants are named by their content, and a job that nobody
 * acknowledged is delivered again.
 */
@NullMarked
package io.quantfleet.quantizer.worker;

import org.jspecify.annotations.NullMarked;
