/** Profiles of device classes that come with the product. */
@NullMarked
package io.quantfleet.protocols.profile;

import org.jspecify.annotations.NullMarked;
