"""A ledger in memory, as a receiver sees it; what store/ledger.py does is tried in tests/store."""

from dataclasses import dataclass, field, replace

from domain.source import Folder


@dataclass
class FakeLedger:
    """`of(name)` shows a folder; `mails`, `settled` and `missing` what is known of its UIDs."""

    folders: dict = field(default_factory=dict)
    mails: dict = field(default_factory=dict)
    settled: set = field(default_factory=set)
    missing: dict = field(default_factory=dict)
    broken: Exception | None = None

    def of(self, name="INBOX", channel="canal"):
        return self.folders[channel, name]

    async def folder(self, channel, name):
        if self.broken:
            raise self.broken
        new = Folder(key=len(self.folders) + 1, channel=channel, name=name)
        return self.folders.setdefault((channel, name), new)

    async def begin(self, folder):
        self._keep(folder)
        self.mails = {pair: one for pair, one in self.mails.items() if pair[0] != folder.key}
        self.missing = {pair: gap for pair, gap in self.missing.items() if pair[0] != folder.key}

    async def record(self, key, progress):
        if self.broken:
            raise self.broken
        self.mails.update({(key, uid): True for uid in progress.accepted})
        self.settled |= {(key, uid) for uid in progress.settled}
        for uid in (*progress.accepted, *progress.vanished):
            self.missing.pop((key, uid), None)
        self.missing.update({(key, gap.uid): gap for gap in progress.gaps})
        known = self._by(key)
        self._keep(replace(known, upto=max(known.upto, progress.upto), looked_at=progress.looked_at))

    async def accepted(self, key, first, last):
        return {uid for owner, uid in self.mails if owner == key and first <= uid <= last}

    async def unsettled(self, key):
        return sorted(uid for owner, uid in self.mails if owner == key and (key, uid) not in self.settled)

    async def gaps(self, key):
        return [gap for (owner, _), gap in sorted(self.missing.items()) if owner == key]

    async def backfill(self, key, backfill):
        self._keep(replace(self._by(key), backfill=backfill))

    async def trouble(self, key, trouble):
        self._keep(replace(self._by(key), trouble=trouble))

    def _by(self, key):
        return next(folder for folder in self.folders.values() if folder.key == key)

    def _keep(self, folder):
        self.folders[folder.channel, folder.name] = folder
