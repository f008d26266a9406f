"""What a person would see of an element."""

import pytest

from channels.mail.visibility import Look, is_removed


@pytest.mark.parametrize(
    "attributes",
    [
        {"hidden": ""},
        {"hidden": None},
        {"style": "display:none"},
        {"style": "color:red; DISPLAY : None !important"},
        {"style": "/* x */display/**/:/**/none"},
        {"style": "mso-hide:all"},
        {"style": "opacity:0"},
        {"style": "opacity: 0.0;"},
        {"style": "max-height:0px;overflow:hidden"},
        {"style": "overflow : hidden; height: 0"},
        {"style": "width:0;overflow-x:clip"},
    ],
)
def test_removed_from_sight_with_everything_inside(attributes):
    assert is_removed(attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"style": None},
        {"style": "display:block"},
        {"style": "opacity:0.5"},
        {"style": "max-height:0"},
        {"style": "height:10px;overflow:hidden"},
        {"style": "content:'display:none'"},
        {"class": "hidden"},
    ],
)
def test_in_sight(attributes):
    assert not is_removed(attributes)


@pytest.mark.parametrize(
    ("styles", "shown"),
    [
        (["visibility:hidden"], False),
        (["visibility:hidden", "visibility:visible"], True),
        (["visibility:hidden", "color:red"], False),
        (["visibility:hidden", "visibility:inherit"], False),
        (["font-size:0"], False),
        (["font-size:0px", "font-size:13px"], True),
        (["font-size:0.9em"], True),
        (["font-size:.0em"], False),
        (["font-size:0", "font-size:inherit"], False),
        (["font-size:10px"], True),
        (["font-size:0", "visibility:visible"], False),
    ],
)
def test_what_is_inside_may_show_itself_again(styles, shown):
    look = Look()
    for style in styles:
        look = look.inside({"style": style})
    assert look.shown is shown
