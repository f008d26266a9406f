"""The widget as one script: small, whole, and asking nobody else."""

import gzip
import re

from channels.chat.asset import FOLDER, widget

LARGEST = 20_000


def test_it_is_small():
    asset = widget()

    assert len(asset.packed) <= LARGEST
    assert gzip.decompress(asset.packed) == asset.content


def test_it_is_all_parts_in_their_order():
    text = widget().content.decode()
    places = [text.index(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.js"))]

    assert len(places) == 9
    assert places == sorted(places)
    assert text.startswith('(() => {\n"use strict";\n')


def test_it_names_no_other_host_and_makes_no_markup_of_text():
    text = widget().content.decode()

    assert set(re.findall(r"https?://[a-z][\w.]*", text)) == {"http://www.w3.org"}
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "cookie =",
    ):
        assert forbidden not in text


def test_both_languages_say_the_same_things():
    words = (FOLDER / "20-words.js").read_text(encoding="utf-8")
    portuguese, english = words.split("  en: {")
    names = [set(re.findall(r"^    (\w+):", part, re.MULTILINE)) for part in (portuguese, english)]

    assert names[0] == names[1]
    assert len(names[0]) > 30


def test_another_content_is_another_tag():
    assert widget().etag == widget().etag
    assert widget().etag != type(widget()).of(b"other").etag
