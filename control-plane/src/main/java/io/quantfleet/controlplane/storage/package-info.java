/** The way to PostgreSQL: transactions as values that are handed on, and one exception for a database that is away. */
@NullMarked
package io.quantfleet.controlplane.storage;

import org.jspecify.annotations.NullMarked;
