"""Which `<blockquote>` quotes."""

import pytest

from channels.mail.quotation import is_indent, is_quotation, names_of


@pytest.mark.parametrize(
    ("attributes", "quotes", "indents"),
    [
        ({"type": "cite"}, True, False),
        ({"type": "CITE", "style": "margin:0"}, True, False),
        ({"cite": "mid:1@x.example"}, True, False),
        ({"class": "gmail_quote", "style": "margin:0 0 0 .8ex"}, True, False),
        ({"id": "blockquote_zmail", "style": "margin: 0px"}, True, False),
        ({"class": "protonmail_quote"}, True, False),
        ({"style": "border-left: #5167C6 2px solid; margin-left: 5px"}, True, False),
        ({"style": "MARGIN: 0 0 0 5PX; BORDER-LEFT: 1PX SOLID #CCC"}, True, False),
        ({"style": "margin:0 0 0 40px;border:none;padding:0px"}, False, True),
        ({"style": "margin-left:5px;border-left:none"}, False, True),
        ({"style": "border-left: 0; margin: 0"}, False, True),
        ({"dir": "ltr"}, False, False),
        ({"style": None, "class": None}, False, False),
        ({}, False, False),
    ],
)
def test_a_quotation_and_an_indent(attributes, quotes, indents):
    assert (is_quotation(attributes), is_indent(attributes)) == (quotes, indents)


def test_all_an_element_is_called_by():
    names = names_of({"class": "A b", "id": "C", "name": None, "data-marker": "__X__", "style": "no"})
    assert names.split() == ["a", "b", "c", "__x__"]
