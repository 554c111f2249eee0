package io.quantfleet.cli.quantize;

import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Turns what is given as device classes, built-in names and files of profiles, into profiles. */
public final class ProfileArguments {
    private final CommandLine command;
    private final ProfileReader reader = new ProfileReader();

    /** @param command whose arguments they are, for messages */
    public ProfileArguments(CommandLine command) {
        this.command = command;
    }

    /**
     * Reads profiles.
     *
     * @throws CommandLine.ParameterException if there is none of that name, or its file is no profile
     */
    public List<DeviceClassProfile> read(List<String> arguments) {
        List<DeviceClassProfile> profiles = new ArrayList<>();
        for (String argument : arguments) {
            profiles.add(
                    ProfileReader.builtInNames().contains(argument) ? reader.builtIn(argument) : fromFile(argument));
        }
        return profiles;
    }

    private DeviceClassProfile fromFile(String argument) {
        Path file = Path.of(argument);
        if (!Files.isRegularFile(file)) {
            throw wrong("there is no device class and no profile '" + argument + "'; built in are "
                    + String.join(", ", ProfileReader.builtInNames()));
        }
        try {
            return reader.read(Files.readString(file), argument);
        } catch (IOException e) {
            throw wrong("can't read the profile " + file + ": " + e.getMessage());
        } catch (QuantizerException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(command, message);
    }
}
