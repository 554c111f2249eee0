package io.quantfleet.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar that this class came from. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(BuildVersion.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
        return new String[] {
            "quantfleet " + version, "Java ${java.version} on ${os.name} ${os.arch}",
        };
    }
}
