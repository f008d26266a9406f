"""What stays for as long as the process does is shown to the garbage collector once and never again.

Libraries, settings and compiled rules are some 300,000 objects. A full collection walks over all of them, and the
traffic of a busy door causes one every few thousand messages: 10 to 15 % of a webhook's time, measured.
"""

import gc


def settle() -> None:
    """To be called when everything is open."""
    gc.collect()
    gc.freeze()
