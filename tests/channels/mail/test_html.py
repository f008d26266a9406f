"""HTML mail as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.html import text_from_html
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>um</p><p>dois</p>", "um\n\ndois"),
        ("um<br>dois<br/>três", "um\ndois\ntrês"),
        ("<div>um</div><div>dois</div>fim", "um\ndois\nfim"),
        ("<div><div>um</div>dois</div>", "um\ndois"),
        ("a<b>b</b>c <i>d</i>", "abc d"),
        ("<ul><li>um<li>dois</ul>", "- um\n- dois"),
        ("antes<ul><li>um</ul>depois", "antes\n\n- um\n\ndepois"),
        ("<ol start=3><li>a<ul><li>b<li>c<br>d</ul><li><p>e<p>f</ol>z", "3. a\n  - b\n  - c\n    d\n4. e\n\n  f\n\nz"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        (
            "<table><tr><th>Item<th>Valor</tr><tr><td><p>a</p></td><td><p>R$ 1</p></td></tr></table>fim",
            "Item | Valor\na | R$ 1\n\nfim",
        ),
        ("<table><tr><td><table><tr><td>a<td>b</table><td>c<tr><td>d<td>e</table>", "a b\n\nc\nd e"),
        ("<pre>a\n  b\n\n\tc</pre>fim", "a\n  b\n\n    c\n\nfim"),
        ("<div>um</div><div><br></div><div>dois</div>", "um\n\ndois"),
        ("veja <a href='https://x.example/a'>aqui</a>!", "veja aqui <https://x.example/a>!"),
        ("<a href='http://www.x.example/'>x.example</a>", "x.example"),
        ("<a href='mailto:ana@x.example?subject=oi'>Ana</a>", "Ana <ana@x.example>"),
        ("&lt;<a href='mailto:ana@x.example'>ana@x.example</a>&gt;", "<ana@x.example>"),
        ("<a href='tel:+551140001000'>ligue</a>", "ligue <+551140001000>"),
        ("<a href='javascript:x()'>a</a><a href='#b'>b</a><a href='https://x y'>c</a><a>d</a>", "abcd"),
        ("<a href='https://x.example/a'><img src=x></a>fim", "fim"),
        ("<a href='https://x.example/a'><img alt='loja'></a>", "[loja] <https://x.example/a>"),
        ("<blockquote>a<blockquote><p>b<p>c</blockquote></blockquote>d", "> a\n>\n> > b\n> >\n> > c\n\nd"),
        ("<img src=x alt='contador' width=1 height=1>oi <img alt='😀'>", "oi 😀"),
        ("UR\u200bGEN\u00adTE", "URGENTE"),
        ("<td style='font-size:0'><p style='font-size:0'>não<span style='font-size:13px'>sim</span></p>", "sim"),
        ("sim<a href='https://x.example' style='visibility:hidden'>não</a>", "sim"),
        ("a<!--[if mso]>não<![endif]-->b", "ab"),
        ("caf&eacute;&nbsp;&amp; p&atilde;o", "café & pão"),
        ("<head><title>não</title></head><body>sim</body>", "sim"),
        ("sim<script>não</script><style>não</style><!-- não -->", "sim"),
        ("sim<p style='DISPLAY: none'>não</p><p hidden>não</p>", "sim"),
        ("<p>meu</p><blockquote>dela<br>ainda</blockquote>", "meu\n\n> dela\n> ainda"),
        ("<img src=x alt='logotipo'>oi", "[logotipo] oi"),
        ("  \n ", ""),
        ("sem marcas", "sem marcas"),
        ("<p>um\n  texto   quebrado</p>", "um texto quebrado"),
        ("<div>" * 1000 + "fundo", "fundo"),
        ("<div></b>" * 1000 + "fundo", "fundo"),
    ],
)
def test_what_is_shown_is_read(html, text):
    assert text_from_html(html) == text


@given(
    st.lists(st.sampled_from(["<div>", "</p>", "<", "&#0;", "&", "<td>", "x", "<!--", "<b", "'", '"', ">"])).map(
        "".join
    )
)
def test_broken_html_is_still_read(html):
    assert isinstance(text_from_html(html), str)


BOMBS = [
    "<b " + " ".join(f"a{n}='>'" for n in range(60_000)) + ">x",
    "".join(f"<font size={n}>" for n in range(240)) + "<p>x" * 100_000,
    "<a href=x>" * 50_000,
    "<a href=https://x.example/a>aa</a> " * 15_000,
    "<table>" * 200 + "x<b>" * 3_000,
    "<svg>" * 200 + "<br>x</p>" * 50_000,
    "<table><tr><td>" * 80 + "<td>x<tr>" * 50_000,
    "<ul>" * 240 + "<li>x" * 100_000,
    "<blockquote>" * 240 + "<p>x" * 100_000,
    "<i style='font-size:1px'>x</i>" * 16_000,
    "<pre>" + "\n" * 490_000,
]


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb[:20])
def test_bombs_of_html_are_read_in_bounded_time_and_space(bomb):
    with costs_below(2):
        text = text_from_html(bomb)
    assert len(text) < 2_500_000
