package io.quantfleet.cli.stack;

import io.quantfleet.cli.terminal.Progress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code quantfleet up}: a whole stack until Ctrl-C. */
@Command(
        name = "up",
        description = {
            "Starts a whole stack on this machine: PostgreSQL, Kafka, an MQTT broker, the control plane and workers.",
            "Without --data-dir it keeps its data in ~/.quantfleet. Ctrl-C stops it."
        })
public final class UpCommand implements Callable<Integer> {
    @Mixin
    private StackArguments arguments = new StackArguments();

    @Override
    public Integer call() throws InterruptedException {
        Progress progress = Progress.onStandardOutput();
        Stack stack = Stack.open(arguments.options(DataDirectory.defaultRoot()), Installation.current(), progress);
        StopOnExit.install(stack, progress, () -> {});
        progress.line("Data in " + stack.directory().root());
        stack.start();
        StackAddresses addresses = stack.addresses();
        progress.line("");
        progress.line("Console     " + addresses.console());
        progress.line("REST API    " + addresses.console() + "api/v1  (OpenAPI: " + addresses.console() + "q/openapi)");
        progress.line("MQTT        " + addresses.mqtt());
        progress.line("Kafka       " + addresses.kafka());
        progress.line("PostgreSQL  " + addresses.jdbc());
        progress.line("Logs        " + stack.directory().resolve("logs"));
        progress.line("");
        progress.line("Ctrl-C stops everything.");
        new CountDownLatch(1).await();
        return 0;
    }
}
