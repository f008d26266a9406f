"""Where we stand in a folder when we come to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from channels.imap.standing import CLOCKS_DIFFER, Opened, standing, widened
from domain.source import Backfill, Folder

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
BEGAN, LOOKED = NOW - timedelta(days=90), NOW - timedelta(hours=2)
NEW = Folder(key=1, channel="caixa", name="INBOX")
KNOWN = replace(NEW, uid_validity=7, start=100, upto=250, began_at=BEGAN, looked_at=LOOKED)


def test_a_folder_never_seen_begins_with_the_next_mail():
    here = standing(NEW, Opened(uid_validity=7, uid_next=501), NOW)

    assert (here.start, here.upto, here.began_at, here.backfill) == (501, 500, NOW, None)


def test_a_known_folder_goes_on_where_it_was():
    assert standing(KNOWN, Opened(uid_validity=7, uid_next=900), NOW) == KNOWN


def test_renumbered_it_begins_anew_and_looks_again_at_what_came_since_we_began():
    here = standing(KNOWN, Opened(uid_validity=8, uid_next=40), NOW)

    assert (here.uid_validity, here.start, here.upto, here.began_at) == (8, 40, 39, BEGAN)
    assert here.backfill == Backfill(since=BEGAN - CLOCKS_DIFFER, silent_before=LOOKED - CLOCKS_DIFFER)


def test_what_is_asked_for_is_silent_and_an_unfinished_backfill_is_not_forgotten():
    wide = widened(KNOWN, timedelta(days=30), NOW)
    assert wide.backfill == Backfill(since=NOW - timedelta(days=30), silent_before=NOW)
    assert widened(KNOWN, None, NOW) == KNOWN

    renumbered = standing(wide, Opened(uid_validity=8, uid_next=40), NOW)
    assert renumbered.backfill == Backfill(since=BEGAN - CLOCKS_DIFFER, silent_before=LOOKED - CLOCKS_DIFFER)
