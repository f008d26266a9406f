"""The telephone systems whose records are read, explicit; the first that knows a record reads it."""

from collections.abc import Mapping

from channels.voice.dialects import generic
from channels.voice.plan import Dialect

DIALECTS: Mapping[str, Dialect] = {
    "generic": generic,
}
