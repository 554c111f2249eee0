package io.quantfleet.quantizer.worker;

/** Whether this program is about to end. */
final class ProgramEnd {
    private ProgramEnd() {}

    /** Whether shutdown hooks have begun to run; the runtime tells it only by refusing another one. */
    static boolean hasBegun() {
        Thread hook = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return !Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shutdownInProgress) {
            return true;
        }
    }
}
