package io.quantfleet.controlplane.registration;

import io.quantfleet.protocols.ReasonCode;
import java.util.Optional;

/**
 * Why a line of an import was not taken.
 *
 * @param line from 1
 * @param column the column of the CSV or the field of the JSON; empty if it is about the whole line
 * @param deviceId that the line is about, as far as it could be read
 */
record LineFault(long line, Optional<String> column, Optional<String> deviceId, ReasonCode code, String reason) {}
