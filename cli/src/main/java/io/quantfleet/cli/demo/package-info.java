/**
 * {@code quantfleet demo}: the product's whole path on one machine, told as it happens, with the figures at the end. It
 * uses nothing but what any user has: the REST API and the programs.
 */
@NullMarked
package io.quantfleet.cli.demo;

import org.jspecify.annotations.NullMarked;
