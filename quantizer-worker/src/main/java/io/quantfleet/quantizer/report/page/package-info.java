/**
 * The report as a page for people: one self-contained HTML file with its charts as inline SVG, rendered by Qute from the
 * records that the JSON report is made of.
 */
@NullMarked
package io.quantfleet.quantizer.report.page;

import org.jspecify.annotations.NullMarked;
