"""HTML mail as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.html import text_from_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>um</p><p>dois</p>", "um\n\ndois"),
        ("um<br>dois<br/>três", "um\ndois\ntrês"),
        ("<div>um</div><div>dois</div>fim", "um\ndois\nfim"),
        ("<div><div>um</div>dois</div>", "um\ndois"),
        ("a<b>b</b>c <i>d</i>", "abc d"),
        ("<ul><li>um<li>dois</ul>", "um\ndois"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("caf&eacute;&nbsp;&amp; p&atilde;o", "café & pão"),
        ("<head><title>não</title></head><body>sim</body>", "sim"),
        ("sim<script>não</script><style>não</style><!-- não -->", "sim"),
        ("sim<p style='DISPLAY: none'>não</p><p hidden>não</p>", "sim"),
        ("<p>meu</p><blockquote>dela<br>ainda</blockquote>", "meu\n\n> dela\nainda"),
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
