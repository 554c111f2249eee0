package io.quantfleet.controlplane;

import io.quantfleet.protocols.ReasonCode;
import java.util.List;
import java.util.stream.Collectors;

/** A document that is refused, with everything that is wrong with it and where. */
public final class DocumentException extends ControlPlaneException {
    private static final long serialVersionUID = 1;

    private final transient List<DocumentFault> faults;

    /** @param prefix of the message, before the faults */
    DocumentException(ReasonCode code, String prefix, List<DocumentFault> faults) {
        super(code, faults.stream().map(DocumentException::text).collect(Collectors.joining("; ", prefix, "")));
        this.faults = List.copyOf(faults);
    }

    /** By their lines. */
    public List<DocumentFault> faults() {
        return faults;
    }

    private static String text(DocumentFault fault) {
        return "line " + fault.line() + ": " + (fault.at().isEmpty() ? "" : fault.at() + ": ") + fault.message();
    }
}
