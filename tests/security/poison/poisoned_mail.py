"""The mail channel, with words that kill, hang or fill the process that reads them; a file named `mended` ends it."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from channels.smtp import Options
from channels.smtp import build as build_mail

__all__ = ["Options", "build"]


def build(options, context):
    channel = build_mail(options, context)
    return replace(channel, kind="smtp", decode=Poisoned(channel.decode))


class Poisoned:
    def __init__(self, decode):
        self.decode = decode

    def __call__(self, raw):
        if not Path("mended").exists():
            for word, harm in HARMS.items():
                if word in raw.payload:
                    harm()
        return self.decode(raw)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def hang():
    while True:
        time.sleep(1)


def fill():
    hoard = []
    while True:
        hoard.append(bytearray(50_000_000))


def recurse():
    return recurse()


def leave():
    os._exit(0)


HARMS = {b"MORRE": die, b"TRAVA": hang, b"ENCHE": fill, b"RECURSA": recurse, b"SAI": leave}
