/**
 * Requests that make something and may be sent again: by their {@code Idempotency-Key} they are carried out once, and
 * answered as the first time. See the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header).
 */
@NullMarked
package io.quantfleet.controlplane.idempotency;

import org.jspecify.annotations.NullMarked;
