package io.quantfleet.controlplane.testing;

import io.quantfleet.protocols.artifact.ObjectStore;
import jakarta.inject.Inject;
import java.io.IOException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test against a control plane that is ready, with a worker beside it and the store that both use. */
public abstract class WorkerStory {
    @ConfigProperty(name = "quantfleet.kafka.bootstrap-servers")
    String bootstrapServers;

    @Inject
    protected ObjectStore store;

    protected FakeWorker worker;

    @BeforeEach
    void startWorker() {
        Api.awaitReady();
        worker = new FakeWorker(bootstrapServers);
    }

    @AfterEach
    void stopWorker() {
        worker.close();
    }

    /** Registers a model and does its jobs; the variant's bytes. */
    protected byte[] quantizedModel(String model) throws IOException {
        return Story.quantizedModel(worker, store, model);
    }
}
