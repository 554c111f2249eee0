/** Types that every program shares: identities, hashes and the stable codes for what can go wrong. */
@NullMarked
package io.quantfleet.protocols;

import org.jspecify.annotations.NullMarked;
