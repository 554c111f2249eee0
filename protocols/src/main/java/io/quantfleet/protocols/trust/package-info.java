/**
 * Which keys may sign manifests, told by statements that root keys sign, so that signing keys can be rotated and revoked.
 * See docs/decisions/0013-trust-statements.md.
 */
@NullMarked
package io.quantfleet.protocols.trust;

import org.jspecify.annotations.NullMarked;
