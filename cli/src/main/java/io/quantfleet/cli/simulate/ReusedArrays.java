package io.quantfleet.cli.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Arrays that are filled again once their content has been dealt with, the latest first: it is still in the processor's
 * cache, where a new one would have to be cleared and fetched. The chunks of one artifact go to every device, so there are
 * few lengths. Safe for use by several threads.
 */
final class ReusedArrays {
    private final long atMost;
    private final Map<Integer, Deque<byte[]>> byLength = new HashMap<>();
    private long kept;

    /** @param atMost how many bytes are kept for later */
    ReusedArrays(long atMost) {
        this.atMost = atMost;
    }

    /** An array of this length, with anything in it. */
    byte[] take(int length) {
        synchronized (byLength) {
            Deque<byte[]> alike = byLength.get(length);
            if (alike != null && !alike.isEmpty()) {
                kept -= length;
                return alike.pop();
            }
        }
        return new byte[length];
    }

    /** Nobody looks at this array any more. */
    void giveBack(byte[] array) {
        synchronized (byLength) {
            if (kept + array.length > atMost) {
                // Of those that are there some may have a length that is never asked for again.
                byLength.clear();
                kept = 0;
            }
            byLength.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
            kept += array.length;
        }
    }
}
