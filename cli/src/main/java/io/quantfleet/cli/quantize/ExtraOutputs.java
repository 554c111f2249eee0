package io.quantfleet.cli.quantize;

import io.quantfleet.quantizer.exchange.ExtraOutput;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the names of extra outputs. */
final class ExtraOutputs implements ITypeConverter<ExtraOutput> {

    @Override
    public ExtraOutput convert(String label) {
        return ExtraOutput.ofLabel(label)
                .orElseThrow(() -> new TypeConversionException("'" + label + "' is none of "
                        + Arrays.stream(ExtraOutput.values())
                                .map(ExtraOutput::label)
                                .collect(Collectors.joining(", "))));
    }
}
