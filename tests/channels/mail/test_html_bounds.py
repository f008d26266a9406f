"""Which HTML is not given to a parser of trees, and that telling costs little."""

import pytest

from channels.mail.html_bounds import MAX_ATTRIBUTES, MAX_NESTING, is_tame
from tests.patience import costs_below


@pytest.mark.parametrize(
    "html",
    [
        "",
        "sem marcas",
        "<p>um<p>dois<p>três" * 5_000,
        "<table><tr><td>a<td>b<tr><td>c</table>" * 3_000,
        "<a href=x>um" * 5_000,
        "<div>" * MAX_NESTING + "</div>" * MAX_NESTING,
        "<!-- " + "<div>" * 5_000 + " -->fim",
        "<script>" + "'<div>'" * 5_000 + "</script>fim",
        "<img src='data:image/png;base64," + "A" * 100_000 + "'>",
        "<font color=red><b>x</b></font>" * 5_000,
    ],
    ids=lambda html: html[:20],
)
def test_mail_as_people_send_it_is_tame(html):
    assert is_tame(html)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * (MAX_NESTING + 1),
        "<b>" * 10_000,
        "<!--><div>--><div>" + "<div>" * 1_000,
        "<b " + " ".join(f"a{n}=1" for n in range(20_000)) + ">x",
        "<b " + " ".join(f"a{n}='>'" for n in range(20_000)) + ">x",
        "<b/" + "/".join(f"a{n}" for n in range(20_000)) + ">x",
        '<!-- "--><b ' + " ".join(f"a{n}" for n in range(20_000)) + ">x",
        "<svg><style><b " + " ".join(f"a{n}='>'" for n in range(20_000)) + ">x",
        "<title>'</title><b " + " ".join(f"a{n}" for n in range(20_000)) + ">x",
        "".join(f"<font size={n}>" for n in range(240)) + "<p>x" * 20_000,
    ],
    ids=lambda html: html[:20],
)
def test_what_makes_parsers_slow_is_not(html):
    assert not is_tame(html)


def test_as_many_attributes_as_people_write_are_tame():
    assert is_tame("<b " + " ".join(f"a{n}=1" for n in range(MAX_ATTRIBUTES)) + ">" + "x" * 10_000)


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "</",
        "<!--",
        "<b a='",
        '<b a="x',
        "<script>",
        "<style><",
        "<b ",
        "<b =",
        "<b/",
        "&",
        "<![CDATA[",
        "--",
        "<x y",
    ],
)
def test_telling_is_linear(unit):
    with costs_below(1):
        is_tame((unit * 500_000)[:500_000])
