"""What a process keeps of its memory, and what it gives back.

What stays for as long as the process does is shown to the garbage collector once and never again: libraries, settings
and compiled rules are more than 100,000 objects, and every full collection walks over all of them, about a tenth of a
durable webhook's time, measured.

Large buffers (a mail of 25 MB is copied by the journal, by SQLite and on its way to the child) go back to the system
as soon as they are free. Left alone, the C library raises the size from which it does so after the first one, and
keeps twice a mail for ever: measured, 221 MB instead of 173.
"""

import ctypes
import gc

YOUNG = 5_000
"""Objects made until the young ones are looked through (usual are 700): a good part of what a batch makes."""
LARGE = 1_000_000
_M_MMAP_THRESHOLD = -3


def grow() -> None:
    """To be called before everything is imported and opened: none of it is garbage (a fifth of the time)."""
    gc.disable()


def settle() -> None:
    """To be called when everything is open."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    _give_large_buffers_back()


def _give_large_buffers_back() -> None:
    """glibc's mallopt; other C libraries know no such thing, and need none."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_MMAP_THRESHOLD, LARGE)
