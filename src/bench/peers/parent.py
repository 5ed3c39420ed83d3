"""Ends this process as soon as the one that started it is gone (src/processes/lifeline.ts)."""
import os
import signal
import threading


def end_with_parent():
    # A terminal hangs up on the whole group; the parent decides what that means.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    descriptor = os.environ.pop("MEANFIELD_LIFELINE", None)
    if descriptor is None:
        return

    def watch():
        # Nothing is ever written to it: it can be read when its other end is closed.
        os.read(int(descriptor), 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
