package io.quantfleet.quantizer.train.graph;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.pytorch.jni.JniUtils;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.file.Path;

/** The one place that loads PyTorch. Apart from {@link TrainingEngine}, so that asking for it needs none of DJL's classes. */
public final class PyTorch {
    private static final String NAME = "PyTorch";

    private PyTorch() {}

    /** Loads PyTorch with that many threads. */
    public static synchronized void load(int threads, Path cache) {
        setUnlessGiven("ai.djl.offline", "true");
        setUnlessGiven("OPT_OUT_TRACKING", "true");
        // It optimises for what is executed often and unchanged, and warns of itself.
        setUnlessGiven("ai.djl.pytorch.graph_optimizer", "false");
        String directory = System.getenv("DJL_CACHE_DIR");
        if (directory == null) {
            setUnlessGiven("DJL_CACHE_DIR", cache.toString());
            directory = System.getProperty("DJL_CACHE_DIR");
        }
        try {
            Engine.getEngine(NAME);
            if (JniUtils.getNumThreads() != threads) {
                JniUtils.setNumThreads(threads);
            }
        } catch (EngineException | UnsatisfiedLinkError e) {
            throw new QuantizerException(
                    ReasonCode.TRAINING_UNAVAILABLE,
                    "PyTorch can't be loaded (" + e.getMessage() + "); it needs 450 MB in " + directory
                            + ", which must be writable and may hold programs; set DJL_CACHE_DIR for another directory",
                    e);
        }
    }

    /** Memory for arrays. {@link #load} was called before. */
    public static NDManager newManager() {
        return Engine.getEngine(NAME).newBaseManager(Device.cpu());
    }

    /**
     * Sets an array's numbers, in place. DJL's own {@code set} would do, but goes through a guard that PyTorch calls deprecated on
     * standard error, which nothing but another library turns off; so they are written through a view, while no gradient is
     * recorded.
     */
    public static void assign(NDArray array, float[] values) {
        boolean learned = array.hasGradient();
        if (learned) {
            array.setRequiresGradient(false);
        }
        try (NDArray given = array.getManager().create(values, array.getShape());
                NDArray row = given.expandDims(0);
                NDArray view = array.expandDims(0)) {
            view.set(new NDIndex("..."), row);
        }
        if (learned) {
            array.setRequiresGradient(true);
        }
    }

    private static void setUnlessGiven(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
