package io.quantfleet.protocols.trust;

/** Where a device keeps whom it trusts. For the thread that verifies. */
public interface TrustStore {
    Trust current();

    /**
     * Replaces it, for good: when this returns, a restart finds the newer one.
     *
     * @throws java.io.UncheckedIOException if it can't be stored; the one before counts on then
     */
    void adopt(Trust newer);

    /** Forgets at the end of the program. */
    static TrustStore inMemory(Trust first) {
        return new TrustStore() {
            private volatile Trust current = first;

            @Override
            public Trust current() {
                return current;
            }

            @Override
            public void adopt(Trust newer) {
                current = newer;
            }
        };
    }
}
