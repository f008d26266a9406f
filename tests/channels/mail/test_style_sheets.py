"""What style sheets say about being seen stands in the elements afterwards."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from channels.mail.style_sheets import write_styles
from tests.patience import costs_below


def style_of(sheet, element="<p class=a id=b style='top:1px'>x</p>"):
    tree = LexborHTMLParser(f"<style>{sheet}</style>{element}")
    write_styles(tree)
    return tree.css_first("p").attributes.get("style")


@pytest.mark.parametrize(
    ("sheet", "style"),
    [
        (".a{display:none}", "display:none;top:1px"),
        ("p, i { color : #fff ; font-family: x }", "color:#fff;top:1px"),
        ("/* x */ #b{opacity:0}", "opacity:0;top:1px"),
        (".a{color:red} p{color:blue}", "color:red;color:blue;top:1px"),
        ("@media print{.a{display:none}} i{color:red}", "top:1px"),
        (".c{display:none}", "top:1px"),
        ("p:hover{display:none}", "top:1px"),
        ("{{{}}}", "top:1px"),
    ],
)
def test_simple_rules_are_written_in_front_of_the_elements_own_style(sheet, style):
    assert style_of(sheet) == style


@pytest.mark.parametrize("sheet", ["p{color:red}" * 8_000, "{" * 99_000, "@media{" * 14_000, "p p{color:red}" * 7_000])
def test_many_rules_for_many_elements_take_no_time(sheet):
    with costs_below(5):
        style_of(sheet, "<p>x</p>" * 40_000)
