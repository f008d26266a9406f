"""Attack 39: HTML that tries to run, to fetch or to reassemble itself is inert, also after it is sanitised twice."""

import re

import pytest

from channels.mail.sanitised import sanitised

ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|form|button|input|link|meta|base|svg|math|style|video|audio|source|frame)\b"
    r"|\son[a-z]+\s*=|(?:java|vb)script\s*:|\bsrcset\s*=|formaction|http-equiv|url\s*\(|expression\s*\(|data:text",
    re.IGNORECASE,
)
TRICKS = {
    "nested tags": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "nested twice": "<<script>script>alert(1)<</script>/script>",
    "tabs in javascript:": "<a href='java\tscript:alert(1)'>x</a>",
    "entities in javascript:": "<a href='&#106;ava&#x09;script&colon;alert(1)'>x</a>",
    "vbscript": "<a href='vbscript:msgbox(1)'>x</a>",
    "data address": "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "formaction": "<form><button formaction='javascript:alert(1)'>x</button></form>",
    "srcset": "<img srcset='http://evil.example/a 1x' src='http://evil.example/b'>",
    "picture": "<picture><source srcset='http://evil.example/a'></picture>",
    "url in a style": "<p style='background:url(http://evil.example/)'>x</p>",
    "url in a style, escaped": "<p style='background:u\\72l(http://evil.example/)'>x</p>",
    "url in a style, commented": "<p style='background:u/**/rl(http://evil.example/)'>x</p>",
    "image-set": "<p style='background:image-set(\"http://evil.example/\" 1x)'>x</p>",
    "import": "<style>@import 'http://evil.example/';</style>",
    "expression": "<p style='width:expression(alert(1))'>x</p>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "base": "<base href='http://evil.example/'><a href='x'>x</a>",
    "link": "<link rel=stylesheet href='http://evil.example/'>",
    "background attribute": "<table background='http://evil.example/'><tr><td>x</table>",
    "events": "<img src=x onerror=alert(1)><body onload=alert(1)><p onmouseover=alert(1)>x",
    "event behind a slash": "<p/onclick=alert(1)>x</p>",
    "svg": "<svg><animate onbegin=alert(1)></svg>",
    "math and style": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "template": "<template><script>alert(1)</script></template>",
    "comment that ends early": "<!--><img src=x onerror=alert(1)>-->",
    "comment with a bang": "<!--x--!><img src=x onerror=alert(1)>-->",
    "textarea": "<textarea></textarea><script>alert(1)</script></textarea>",
    "cdata": "<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "NUL": "<scr\x00ipt>alert(1)</scr\x00ipt><img src=x one\x00rror=alert(1)>",
    "unclosed attribute": "<img src='x onerror=alert(1)",
    "wild nesting": "<div>" * 400 + "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "conditional comment": "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "position over the page": "<div style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9'>x</div>",
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_what_is_stored_is_inert_and_stays_as_it_is(house, trick):
    headers = "Content-Type: text/html; charset=utf-8\r\n"
    ticket = await house.ticket_of(await house.mail(f"<p>Bom dia.</p>{TRICKS[trick]}", headers=headers))
    kept = sanitised(f"<p>Bom dia.</p>{TRICKS[trick]}")

    assert not ACTIVE.search(without_escaped(kept)), kept
    assert "evil.example" not in re.sub(r"href=\"[^\"]*\"", "", kept)
    assert "position" not in kept
    assert sanitised(kept) == kept
    assert "Bom dia." in ticket["messages"][0]["text"]


def without_escaped(html):
    """Only what stands within tags can act; text is shown."""
    return " ".join(re.findall(r"<[^>]*>", html))
