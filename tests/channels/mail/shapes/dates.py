"""When a mail was written, where its Date is missing, absurd, doubled or in no form that the standard knows."""

from tests.channels.mail.reading import RECEIVED_AT
from tests.channels.mail.shapes.shape import FROM, ID, SUBJECT, TO, written

RECEIPT = RECEIVED_AT.isoformat()
ELEVEN = "2026-03-02T11:00:00+00:00"
EIGHT = "2026-03-02T08:00:00+00:00"


def date(name, line, expected):
    """A mail with this Date, or none at all."""
    head = FROM + TO + SUBJECT + ID + ("" if line is None else f"Date: {line}\n")
    return written(name, "\noi", head=head, date=expected, text="oi")


SHAPES = [
    date("none", None, RECEIPT),
    date("empty", "", RECEIPT),
    date("words", "amanhã cedo", RECEIPT),
    date("ISO 8601 with a zone", "2026-03-02T08:00:00-03:00", ELEVEN),
    date("ISO 8601 in UTC", "2026-03-02T11:00:00Z", ELEVEN),
    date("ISO 8601 with fractions", "2026-03-02T08:00:00.123456-03:00", "2026-03-02T11:00:00.123456+00:00"),
    date("ISO 8601 with a space and no zone", "2026-03-02 08:00:00", EIGHT),
    date("ISO 8601 with a space and a zone", "2026-03-02 08:00:00 -0300", ELEVEN),
    date("ISO 8601 without seconds", "2026-03-02 08:00", EIGHT),
    date("ISO 8601, the day only", "2026-03-02", "2026-03-02T00:00:00+00:00"),
    date("ISO 8601 basic", "20260302T080000Z", EIGHT),
    date("as `date` prints it", "Mon Mar  2 08:00:00 2026", EIGHT),
    date("as `date` prints it, with a zone", "Mon Mar  2 08:00:00 BRT 2026", ELEVEN),
    date("without the weekday", "2 Mar 2026 08:00:00 -0300", ELEVEN),
    date("with another weekday", "Fri, 2 Mar 2026 08:00:00 -0300", ELEVEN),
    date("without seconds", "Mon, 2 Mar 2026 08:00 -0300", ELEVEN),
    date("year of two digits", "Mon, 2 Mar 26 08:00:00 -0300", ELEVEN),
    date("zone by name", "Mon, 2 Mar 2026 08:00:00 EST", "2026-03-02T13:00:00+00:00"),
    date("zone with a colon", "Mon, 2 Mar 2026 08:00:00 -03:00", ELEVEN),
    date("zone as GMT and hours", "Mon, 2 Mar 2026 08:00:00 GMT-0300", ELEVEN),
    date("zone in a comment", "Mon, 2 Mar 2026 08:00:00 -0300 (BRT)", ELEVEN),
    date("no zone", "Mon, 2 Mar 2026 08:00:00", EIGHT),
    date("zone that cannot be", "Mon, 2 Mar 2026 08:00:00 +9999", RECEIPT),
    date("month in Portuguese", "seg, 2 fev 2026 08:00:00 -0300", "2026-02-02T11:00:00+00:00"),
    date("month in full", "Monday, 2 March 2026 08:00:00 -0300", ELEVEN),
    date("dashes between day, month and year", "Mon, 2-Mar-2026 08:00:00 -0300", ELEVEN),
    date("dots in the time", "Mon, 2 Mar 2026 08.00.00 -0300", ELEVEN),
    date("clock of twelve hours", "Mon, 2 Mar 2026 08:00:00 AM -0300", ELEVEN),
    date("day and month as in Brazil", "02/03/2026 08:00:00", EIGHT),
    date("seconds since 1970", "1772438400", EIGHT),
    date("hour 25", "Mon, 2 Mar 2026 25:00:00 -0300", RECEIPT),
    date("leap second", "Sun, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00"),
    date("31 February", "Tue, 31 Feb 2026 08:00:00 -0300", RECEIPT),
    date("month 99", "Mon, 2 99 2026 08:00:00 -0300", RECEIPT),
    date("1970", "Thu, 01 Jan 1970 00:00:00 +0000", RECEIPT),
    date("1904", "Fri, 01 Jan 1904 00:00:00 +0000", RECEIPT),
    date("in ten years", "Sun, 02 Mar 2036 08:00:00 +0000", RECEIPT),
    date("year 99999", "Mon, 2 Mar 99999 08:00:00 -0300", RECEIPT),
    date("digits of another script", "Mon, ２ Mar ２０２６ 08:00:00 -0300", ELEVEN),
    date("100,000 digits", "1" * 100_000, RECEIPT),
    date("100,000 colons", ":" * 100_000, RECEIPT),
    date("folded", "Mon,\n 2 Mar 2026\n 08:00:00 -0300", ELEVEN),
    date("in quotation marks", '"Mon, 2 Mar 2026 08:00:00 -0300"', ELEVEN),
    date("a template that was never filled in", "{{date}}", RECEIPT),
    written("two Date fields", "Date: Tue, 3 Mar 2026 08:00:00 -0300\n\noi", date=ELEVEN, text="oi"),
    written(
        "two Date fields, the first is broken",
        "Date: Mon, 2 Mar 2026 08:00:00 -0300\n\noi",
        head=FROM + TO + SUBJECT + "Date: ontem\n",
        date=ELEVEN,
        text="oi",
    ),
    written(
        "no Date, but the servers' own",
        "\noi",
        head="Received: from a by b; Mon, 2 Mar 2026 08:00:00 -0300\n" + FROM + TO + SUBJECT,
        date=RECEIPT,
        text="oi",
    ),
]
