/**
 * What is told about a variant: the figures in one record, and their JSON form with names that scripts rely on.
 */
@NullMarked
package io.quantfleet.quantizer.report;

import org.jspecify.annotations.NullMarked;
