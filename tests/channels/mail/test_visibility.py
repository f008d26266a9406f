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


@pytest.mark.parametrize(
    ("elements", "shown"),
    [
        ([{"style": "color:#fff"}], False),
        ([{"color": "white"}], False),
        ([{"bgcolor": "#000"}, {"style": "color:#fff"}], True),
        ([{"bgcolor": "#000"}, {"style": "color:#010101"}], False),
        ([{"background": "x.png"}, {"style": "color:#fff"}], True),
        ([{"style": "background:#fff url(x.png)"}, {"color": "white"}], True),
        ([{"style": "color:#fff"}, {"style": "background-color:navy"}], True),
        ([{"style": "color:nunca-vista"}], True),
        ([{"style": "color:#fff"}, {"style": "color:inherit"}], False),
        ([{"style": "color:#fff;color:#000"}], True),
    ],
)
def test_letters_in_the_colour_of_what_they_stand_on_are_not_seen(elements, shown):
    look = Look()
    for attributes in elements:
        look = look.inside(attributes)

    assert look.shown is shown


@pytest.mark.parametrize(
    "style",
    ["left:-9999px", "text-indent : -999em", "margin-left:-5000px", "transform:scale(0)", "clip:rect(0, 0, 0, 0)"],
)
def test_what_is_moved_off_the_page_is_not_seen(style):
    assert is_removed({"style": f"position:absolute;{style}"})
    assert not is_removed({"style": "position:absolute;left:-9px;transform:scale(0.5)"})
