"""Where files may be fetched from, what they are, when they are tried again."""

import pytest

from domain.errors import FetchFailed
from domain.remote import UNKNOWN_TYPE, Access
from triage.remote_files import is_web_page_instead, next_try, objection_to, settled_type

ACCESS = Access(hosts=("api.telegram.example", ".cdn.example"), origins=("http://10.0.0.5:8081", "https://pbx.local"))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.telegram.example/file/bot1:x/photo.jpg",
        "https://api.telegram.example:443/a",
        "https://API.Telegram.example/a",
        "https://a.b.cdn.example/x?sig=%2F",
        "http://10.0.0.5:8081/file/a",
        "https://pbx.local/rec/1.wav",
        "https://pbx.local:443/rec/1.wav",
    ],
)
def test_known_places_are_allowed(url):
    assert objection_to(url, ACCESS) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://api.telegram.example/a", "only https"),
        ("https://api.telegram.example:8443/a", "only https at its usual port"),
        ("https://evil.example/a", "none of the provider's hosts"),
        ("https://api.telegram.example.evil.example/a", "none of"),
        ("https://xcdn.example/a", "none of"),
        ("https://cdn.example/a", "none of"),
        ("https://api.telegram.example@evil.example/a", "user name"),
        ("https://user:pw@api.telegram.example/a", "user name"),
        ("https://169.254.169.254/latest/meta-data", "none of"),
        ("https://[::ffff:127.0.0.1]/a", "none of"),
        ("http://10.0.0.5:8082/a", "only https"),
        ("https://10.0.0.5:8081/a", "only https"),
        ("http://pbx.local/a", "only https"),
        ("file:///etc/passwd", "only https"),
        ("gopher://api.telegram.example/", "only https"),
        ("https://api.telegram.example:99999/a", "not a URL"),
        ("https://[::1/a", "not a URL"),
        ("", "only https"),
        ("//api.telegram.example/a", "only https"),
    ],
)
def test_everything_else_is_refused(url, why):
    assert why in objection_to(url, ACCESS)


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)
OGG = b"OggS\0\2" + bytes(22) + b"\x01\x13OpusHead\x01" + bytes(40)


@pytest.mark.parametrize(
    ("told", "content", "settled"),
    [
        (UNKNOWN_TYPE, JPEG, "image/jpeg"),
        (UNKNOWN_TYPE, OGG, "audio/ogg"),
        (UNKNOWN_TYPE, b"\x00\x01\x02", UNKNOWN_TYPE),
        ("image/png", JPEG, "image/png"),
        ("text/csv", b"a;b\n1;2\n", "text/csv"),
    ],
)
def test_where_nothing_is_told_the_bytes_say_what_it_is(told, content, settled):
    assert settled_type(told, content) == settled


def test_a_log_in_page_is_no_picture():
    page = b"<!DOCTYPE html><html><body>Sign in"
    assert is_web_page_instead("image/png", page)
    assert not is_web_page_instead("text/html", page)
    assert not is_web_page_instead(UNKNOWN_TYPE, page)
    assert not is_web_page_instead("image/png", JPEG)


def test_failures_wait_longer_and_longer_until_it_is_given_up():
    error = FetchFailed("away", permanent=False)
    assert [next_try(error, attempts, (10.0, 60.0)) for attempts in (1, 2, 3)] == [10.0, 60.0, None]


def test_what_is_permanent_is_not_tried_again():
    assert next_try(FetchFailed("gone", permanent=True), 1, (10.0,)) is None


def test_the_other_side_says_how_long_it_wants_silence():
    assert next_try(FetchFailed("slow down", permanent=False, retry_after=35), 1, (10.0,)) == 35
    assert next_try(FetchFailed("slow down", permanent=False, retry_after=3), 1, (10.0,)) == 10
