"""What this process accepted lately: a repetition is told as one, and a receipt is known before anybody claims it."""

from collections import OrderedDict
from dataclasses import replace

from domain.raw import RawInteraction

MOST = 20_000


class Recent:
    """The last MOST entries by key and by id, without their payloads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._entries: dict[str, RawInteraction] = {}

    def remember(self, raw_id: str, interaction: RawInteraction) -> None:
        self._ids[interaction.dedup_key] = raw_id
        self._entries[raw_id] = replace(interaction, payload=b"")
        while len(self._ids) > self._most:
            _, oldest = self._ids.popitem(last=False)
            del self._entries[oldest]

    def id_of(self, dedup_key: str) -> str | None:
        return self._ids.get(dedup_key)

    def find(self, raw_id: str) -> RawInteraction | None:
        return self._entries.get(raw_id)
