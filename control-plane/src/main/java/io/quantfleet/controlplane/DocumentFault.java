package io.quantfleet.controlplane;

/**
 * Something wrong with a document.
 *
 * @param line where, from 1
 * @param at the place as a JSON pointer; empty for the document as a whole
 */
public record DocumentFault(int line, String at, String message) {}
