package io.quantfleet.controlplane.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.Labels;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * CSV (RFC 4180) whose every record is one line, below a header that names the columns: {@code id}, {@code class}, {@code
 * fleet}, and {@code label.KEY} for as many labels as there are. The separator is a comma, or a semicolon or tab if the
 * header has no comma.
 */
final class CsvRows implements RowFormat {
    private static final String LABEL = "label.";
    private static final Set<String> COLUMNS = Set.of("id", "class", "fleet");

    private final ObjectReader reader;
    private final List<String> header;

    /** @throws ControlPlaneException {@code REQUEST_INVALID} for a header that can't be used */
    CsvRows(String headerLine) {
        char separator = Stream.of(',', ';', '\t')
                .filter(candidate -> headerLine.indexOf(candidate) >= 0)
                .findFirst()
                .orElse(',');
        this.reader = new CsvMapper()
                .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                .enable(CsvParser.Feature.TRIM_SPACES)
                .readerFor(String[].class)
                .with(CsvSchema.emptySchema().withColumnSeparator(separator));
        try {
            this.header = List.of(cells(headerLine));
        } catch (LineFaultException e) {
            throw ControlPlaneException.invalid("the header in line 1 is no CSV: " + e.reason());
        }
        checkHeader();
    }

    private void checkHeader() {
        Set<String> seen = new HashSet<>();
        for (String column : header) {
            boolean label = column.startsWith(LABEL);
            if (!label && !COLUMNS.contains(column)) {
                throw ControlPlaneException.invalid("the header in line 1 has a column '" + column
                        + "'; there may be id, class, fleet and label.KEY");
            }
            if (label) {
                Labels.fault(column.substring(LABEL.length()), "").ifPresent(fault -> {
                    throw ControlPlaneException.invalid("the header in line 1: " + fault);
                });
            }
            if (!seen.add(column)) {
                throw ControlPlaneException.invalid("the header in line 1 has the column '" + column + "' twice");
            }
        }
        if (!seen.contains("id")) {
            throw ControlPlaneException.invalid("the header in line 1 has no column 'id'");
        }
    }

    @Override
    public Row read(String line) throws LineFaultException {
        String[] cells = cells(line);
        if (cells.length != header.size()) {
            throw new LineFaultException(
                    "", cells.length + " values where the header has " + header.size() + " columns");
        }
        Map<String, String> values = new HashMap<>();
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < cells.length; i++) {
            String column = header.get(i);
            if (!cells[i].isEmpty()) {
                if (column.startsWith(LABEL)) {
                    labels.put(column.substring(LABEL.length()), cells[i]);
                } else {
                    values.put(column, cells[i]);
                }
            }
        }
        return new Row(
                Optional.ofNullable(values.get("id")),
                Optional.ofNullable(values.get("class")),
                Optional.ofNullable(values.get("fleet")),
                labels);
    }

    private String[] cells(String line) throws LineFaultException {
        try (MappingIterator<String[]> rows = reader.readValues(line)) {
            return rows.hasNextValue() ? rows.nextValue() : new String[0];
        } catch (JsonProcessingException e) {
            throw new LineFaultException("", "not CSV: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new LineFaultException("", "not CSV: " + e.getMessage());
        }
    }
}
