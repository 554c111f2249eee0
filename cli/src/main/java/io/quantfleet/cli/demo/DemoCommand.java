package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.StoppingException;
import io.quantfleet.cli.stack.DataDirectory;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.ResidentMemory;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackArguments;
import io.quantfleet.cli.stack.StopOnExit;
import io.quantfleet.cli.stack.TemporaryDirectory;
import io.quantfleet.cli.terminal.Progress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code quantfleet demo}: the whole path on this machine, from a model to three devices that run it and report. */
@Command(
        name = "demo",
        description = {
            "Shows the whole path on this machine: a model is registered, quantized for three device classes, rolled "
                    + "out to three agents, and measured by them.",
            "Without --data-dir it runs in ~/.quantfleet/demo, with --once in a directory that it deletes at the end."
        })
public final class DemoCommand implements Callable<Integer> {
    @Mixin
    private StackArguments stackArguments = new StackArguments();

    @Mixin
    private DemoArguments arguments = new DemoArguments();

    @Override
    public Integer call() throws InterruptedException {
        arguments.check();
        Installation installation = Installation.current();
        Progress progress = Progress.onStandardOutput();
        // A demo that nobody can look at afterwards leaves nothing; the other kind can be resumed.
        boolean temporary = arguments.once() && stackArguments.namedDirectory().isEmpty();
        Path root = temporary
                ? TemporaryDirectory.create()
                : DataDirectory.defaultRoot().resolve("demo");
        Stack stack = Stack.open(stackArguments.options(root), installation, progress);
        AtomicBoolean keep = new AtomicBoolean(!temporary);
        StopOnExit.install(stack, progress, () -> {
            if (!keep.get()) {
                TemporaryDirectory.delete(root);
            }
        });
        try {
            perform(stack, installation, progress);
        } catch (StoppingException e) {
            throw e;
        } catch (CliException e) {
            keep.set(true); // for its logs
            throw e;
        }
        if (!arguments.once()) {
            progress.line("The console is at " + stack.addresses().console() + " - Ctrl-C stops everything.");
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private void perform(Stack stack, Installation installation, Progress progress) {
        DemoModel model = arguments.model(stack.directory().resolve("demo-model"));
        ResidentMemory memory = new ResidentMemory(stack);
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(DemoCommand::daemon);
        ScheduledFuture<?> sampling = thread.scheduleWithFixedDelay(memory::sample, 1, 1, TimeUnit.SECONDS);
        try {
            stack.start();
            progress.line("            Console: " + stack.addresses().console());
            DemoResult result = new DemoStory(stack, installation, progress, DemoFleet.standard()).perform(model);
            memory.sample();
            DemoTables.of(result).forEach(progress::line);
            arguments
                    .json()
                    .ifPresent(file ->
                            DemoReport.write(DemoReport.of(result, progress.elapsed(), memory.peakMiB()), file));
        } finally {
            sampling.cancel(false);
            thread.shutdown();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "memory");
        thread.setDaemon(true);
        return thread;
    }
}
