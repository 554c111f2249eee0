/**
 * Reading the YAML files that users write, checked against their published JSON Schemas: every fault is reported at
 * once, each with the path of the value at fault and what the schema says that belongs there.
 */
@NullMarked
package io.quantfleet.quantizer.schema;

import org.jspecify.annotations.NullMarked;
