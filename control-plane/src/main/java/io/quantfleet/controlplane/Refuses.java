package io.quantfleet.controlplane;

import io.quantfleet.protocols.ReasonCode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The codes with which an operation of the REST interface may be refused, besides those that follow from what it takes:
 * its parameters, its body, its path. The description of the interface tells users of them.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Refuses {
    ReasonCode[] value();
}
