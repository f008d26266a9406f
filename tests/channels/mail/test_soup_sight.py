"""What is hidden in HTML without a tree."""

import pytest

from channels.mail.soup_sight import SoupSight
from channels.tag_soup import html_to_text
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a</p><p hidden>b</p><p>c</p>", "a\n\nc"),
        ("<p hidden>b<p>c", "c"),
        ("<div style='display:none'>a<div>b</div>c</div>d", "d"),
        ("<div style='display:none'>a<b>x</i>b</div>d", "d"),
        ("<div hidden><br hidden>a</div>b", "b"),
        ("<div style='font-size:0'>a<span style='font-size:12px'>b</span></div>c", "b\nc"),
        ("<b style='color:white'>a</b>b", "b"),
        ("<td bgcolor=navy><b style='color:white'>a</b></td>", "a"),
        ("<p title='>' hidden>a</p>b", "b"),
        ("<!-- <b>a</b> -->b", "b"),
        ("<span hidden/>a", "a"),
        ("a</div></p>b", "a\n\nb"),
    ],
)
def test_what_a_person_sees(markup, text):
    assert html_to_text(markup, SoupSight()) == text


def test_without_a_sight_everything_is_read():
    assert html_to_text("<p hidden>a</p>") == "a"


@pytest.mark.parametrize(
    "piece", ["<p hidden>", "<b hidden><i>", "<a '", '<a "', "<!--", "</p>", "<p style='color:#fff'>x"]
)
def test_wild_markup_is_read_in_bounded_time(piece):
    with costs_below(1.5):
        html_to_text("<b hidden>" * 200 + piece * (500_000 // len(piece)), SoupSight())
