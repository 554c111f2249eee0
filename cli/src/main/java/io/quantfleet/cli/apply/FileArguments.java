package io.quantfleet.cli.apply;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that names files of documents. */
final class FileArguments {
    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE",
            description =
                    "YAML documents with 'kind', 'name' and 'spec'; - reads standard input. May be given more than"
                            + " once.")
    private List<Path> files = List.of();

    List<Document> read() {
        return DocumentReader.read(files);
    }
}
