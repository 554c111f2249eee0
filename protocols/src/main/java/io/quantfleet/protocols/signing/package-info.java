/** Ed25519 keys: reading, writing, signing with a domain separator, verifying against several trusted keys. */
@NullMarked
package io.quantfleet.protocols.signing;

import org.jspecify.annotations.NullMarked;
