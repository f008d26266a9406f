"""The key by which a repeat is known (ADR 3)."""

from datetime import UTC, datetime, timedelta

from channels.imap.batches import Listed
from channels.imap.raw import Source, dedup_key, raw_mail
from tests.channels.imap.mailbox import mail

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
BARE = b"From: root@servidor.example\r\nSubject: disco cheio\r\n\r\n98%\r\n"
SOURCE = Source(channel="caixa", folder="INBOX", uid_validity=7)


def raw(uid=5, content=None, **more):
    listed = Listed(uid=uid, size=10, arrived_at=NOW)
    settings = {"received_at": NOW, "cut": False, "backfilled": False} | more
    return raw_mail(SOURCE, listed, content or mail(message_id="<1@x>"), **settings)


def test_the_same_mail_under_another_uid_is_the_same_entry():
    content = mail()

    assert raw(5, content).dedup_key == raw(900, content, backfilled=True).dedup_key
    assert dedup_key("caixa", content, NOW) == dedup_key("caixa", content, NOW + timedelta(days=1))


def test_other_words_or_another_channel_are_another_entry():
    assert dedup_key("caixa", mail(message_id="<1@x>"), NOW) != dedup_key(
        "caixa", mail("outro", message_id="<1@x>"), NOW
    )
    assert dedup_key("caixa", BARE, NOW) != dedup_key("outra", BARE, NOW)


def test_mail_without_id_and_date_may_come_again_just_so():
    assert dedup_key("caixa", BARE, NOW) == dedup_key("caixa", BARE, NOW)
    assert dedup_key("caixa", BARE, NOW) != dedup_key("caixa", BARE, NOW + timedelta(days=1))
    quoted = BARE + b"Date: today\r\nMessage-ID: <in the body>\r\n"
    assert dedup_key("caixa", quoted, NOW) != dedup_key("caixa", quoted, NOW + timedelta(days=1))


def test_the_envelope_says_where_it_was_and_what_is_special_about_it():
    assert raw().envelope == {
        "folder": "INBOX", "uid_validity": 7, "uid": 5, "arrived_at": "2026-11-27T09:00:00+00:00",
    }  # fmt: skip
    assert raw(cut=True, backfilled=True).envelope.items() >= {"cut_from": 10, "backfilled": True}.items()
