/** Commands about models and the jobs that quantize them. */
@NullMarked
package io.quantfleet.cli.model;

import org.jspecify.annotations.NullMarked;
