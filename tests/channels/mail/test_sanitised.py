"""HTML that is kept says what it said and does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.sanitised import sanitised


@pytest.mark.parametrize(
    "html",
    [
        "<p>Olá <b>mundo</b></p>",
        '<table border="1"><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        '<p style="color:red;font-weight:bold">vermelho</p>',
        '<font color="red" size="2">a</font>',
        '<img src="cid:logo@x" alt="logotipo">',
        "<ul><li>um</li><li>dois</li></ul>",
        "<blockquote>citado</blockquote>",
    ],
)
def test_what_is_harmless_stays_as_it_is(html):
    assert sanitised(html) == html


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<html><head><title>t</title><style>p{}</style></head><body><p>oi</p></body></html>", "<p>oi</p>"),
        ("a<script>b</script>c", "ac"),
        ("<img src='https://rastreio.example/1.gif' alt='x'>", '<img alt="x">'),
        ("<p style='background:url(https://x.example)'>a</p>", "<p>a</p>"),
        ("<p style='position:fixed;top:0;color:red'>a</p>", '<p style="color:red">a</p>'),
        ("<p onclick='x()' id='a' class='b'>a</p>", "<p>a</p>"),
        ("<form action=x><input name=a><button formaction=javascript:x>ok</button></form>", "ok"),
        ("<a href='/interno'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("", ""),
    ],
)
def test_what_does_something_goes(html, clean):
    assert sanitised(html) == clean


def test_html_too_wild_for_a_parser_of_trees_is_shown_as_text():
    assert sanitised("<div>" * 20_000 + "a < b <i>fundo</i>") == "<pre>a &lt; b fundo</pre>"


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<h1>", "</h1>", "<table>", "<tr>", "<td>", "</table>", "<b>", "</b>", "<a href=http://x>",
        "</a>", "<pre>\n", "</pre>", "x", "&lt;", "<scr<script>ipt>", "<svg>", "<math>", "<style>", "</style>",
        "<noscript>",
        "<ul>", "<li>", "<font color=red>", "<select>", "<option>", "<button>", "<form>", "<textarea>", "<!--",
        "-->", "<![CDATA[", "]]>", "<title>", "</title>", "<details>", "<caption>", "<frameset>", "<body>",
        "\x00", "<ruby>", "<rt>", "<o:p>", "</o:p>",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_sanitising_twice_is_sanitising_once(html):
    once = sanitised(html)
    assert sanitised(once) == once
