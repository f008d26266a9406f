"""What Twilio's error codes of messages mean for another try (https://www.twilio.com/docs/api/errors)."""

from collections.abc import Mapping
from datetime import timedelta

PERMANENT = frozenset(
    {
        "21211", "21212", "21214", "21217", "21219", "21265", "21401", "21408", "21421", "21601", "21602", "21604",
        "21606", "21607", "21608", "21609", "21610", "21611", "21612", "21614", "21617", "21620", "21659", "21660",
        "21703", "30003", "30004", "30005", "30006", "30007", "30034",
    }
)  # fmt: skip
"""The number, the sender, the account's rights or the text: the same message would fare the same again."""
CREDENTIALS = frozenset({"20003", "20005", "20006", "20008"})
"""It is our account that is refused."""
AGAIN: Mapping[str, timedelta] = {
    "30001": timedelta(minutes=5),
    "30002": timedelta(hours=1),
    "30008": timedelta(minutes=10),
    "30022": timedelta(minutes=5),
}
"""Delivery that failed for now: queue overflow, account suspended, unknown, rate of the carrier."""
