"""What stays for as long as the process does is shown to the garbage collector once and never again.

Libraries, settings and compiled rules are more than 100,000 objects, and every full collection walks over all of
them: about a tenth of a durable webhook's time, measured.
"""

import gc


def settle() -> None:
    """To be called when everything is open."""
    gc.collect()
    gc.freeze()
