package io.quantfleet.controlplane;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** An operation of the REST interface that makes something: it answers 201. For the description of the interface. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Creates {
    /** Whether a {@code Location} header names what was made. */
    boolean located() default true;

    /** What the same answer means with 200; empty where it is never given. */
    String otherwise() default "";
}
