"""What is kept and what is forgotten, as chores of one node for all: contents, erasures."""

from ingest.chores import Chores
from ingest.collecting import Collecting
from ingest.daemon import Daemon
from ingest.erasing import Erasing
from ingest.wiring import letter_folders, open_contents
from store.contents import Moving

SWEEP_EVERY = 300.0
SCAN_EVERY = 86_400.0
FIRST_SCAN = 3600.0
LOOK_EVERY = 15.0
ERASURES_EVERY = 600.0


def keep(daemon: Daemon, scheduler: Chores) -> None:
    contents = open_contents(daemon.settings)
    collecting = Collecting(daemon.store, contents, daemon.liveness, daemon.settings.attachments.grace)
    scheduler.every(SWEEP_EVERY, "sweep", collecting.sweep, sole=True)
    scheduler.every(SCAN_EVERY, "scan", collecting.scan, first=FIRST_SCAN, sole=True)
    if isinstance(contents, Moving):
        scheduler.every(LOOK_EVERY, "attachments", collecting.look)
    erasing = Erasing(
        store=daemon.store,
        journal=daemon.journal,
        contents=contents,
        decoders={name: channel.decode for name, channel in daemon.channels.items()},
        letters=letter_folders(daemon.settings),
    )
    scheduler.every(ERASURES_EVERY, "erasures", erasing.take_up, first=ERASURES_EVERY, sole=True)
