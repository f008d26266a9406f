"""HTML: unclosed, nested without measure, lying about what is seen, and bombs of style, tags and attributes."""

from tests.channels.mail.shapes.shape import HEAD, html, octets, parts, plain, whole, written

WORDS = "Bom dia, não emite."
SEEN = f"<p>{WORDS}</p>"
CUT = {"mail.cut": True}
WILD = "<div>" * 300  # more than a parser of trees is given


def page(name, body, text=WORDS, **more):
    return written(name, html(body), **{"text": text, **more})


def bomb(name, body, **more):
    """What it says begins like this."""
    return written(name, html(body), begins=[("text", WORDS)], has=[], **more)


SHAPES = [
    page("no tag at all", WORDS),
    page("nothing closed", f"<html><body><p>{WORDS}<p>Segue", f"{WORDS}\n\nSegue"),
    page("closed in the wrong order", f"<b><i>{WORDS}</b></i>"),
    page("end tags of what never began", f"</div></table></p>{WORDS}</html></html>"),
    page("broken off within a tag", f"{SEEN}<a href='http"),
    page("broken off within a comment", f"{SEEN}<!-- nunca acaba"),
    page("less-than signs in the text", "<p>1 < 2 e 3 > 2</p>", "1 < 2 e 3 > 2"),
    page("entities without their semicolon", "<p>n&atildeo &amp est&aacute</p>", "não & está"),
    page("entities that do not exist", "<p>&nunca; &#xZZ;</p>", "&nunca; &#xZZ;"),
    written(
        "entities beyond Unicode", html("<p>a&#x110000;b&#0;c&#xD800;d</p>"), has=["a", "b", "c", "d"], lacks=["\x00"]
    ),
    page("NUL within tags", f"<p\x00 a>{WORDS}</p\x00>", WORDS),
    page(
        "two documents one after the other",
        f"<html><body>{SEEN}</body></html><html><body><p>dois</p></body></html>",
        f"{WORDS}\n\ndois",
    ),
    page("text outside of the body", f"<head><title>x</title></head>{WORDS}<body></body>"),
    page("frames that are not fetched", f"{SEEN}<iframe src='http://169.254.169.254/'>x</iframe>"),
    page("script and style are not read", f"<style>p{{}}</style><script>alert(1)</script>{SEEN}"),
    written(
        "script tags nested to survive one cleaning",
        html(f"{SEEN}<scr<script>ipt>alert(1)</scr</script>ipt>"),
        has=[WORDS],
    ),
    page("a textarea that never ends", f"{SEEN}<textarea>", WORDS),
    written("plaintext element", html(f"{SEEN}<plaintext>resto</p>"), has=[WORDS, "resto"]),
    page(
        "hidden words of five kinds",
        f"{SEEN}<p style='display:none'>URGENTE</p><p hidden>URGENTE</p><p style='font-size:0'>URGENTE</p><p style='color:#fff'>URGENTE</p><!-- URGENTE -->",
    ),
    page(
        "hidden words in markup too wild for a tree",
        f"{WILD}{SEEN}<p style='display:none'>URGENTE</p><p hidden>URGENTE</p><span style='font-size:0'>URGENTE</span><p style='color:#fff'>URGENTE</p><!-- <b>URGENTE</b> -->",
    ),
    page(
        "hidden words around words that are seen, in wild markup",
        f"{WILD}<div style='display:none'>URGENTE<div>URGENTE</div>URGENTE</div>{SEEN}",
    ),
    page(
        "hidden words behind an attribute with a bracket, in wild markup",
        f"{WILD}{SEEN}<p title='>' style='display:none'>URGENTE</p>",
    ),
    page(
        "white on blue is seen, in wild markup",
        f"{WILD}<table bgcolor=blue><tr><td><font color=white>{WORDS}</font></td></tr></table>",
    ),
    bomb("100,000 nested elements", SEEN + "<div>" * 100_000, traits=CUT),
    bomb("100,000 nested fonts", SEEN + "<font>" * 100_000 + "x", traits=CUT),
    bomb("bold that stays open through 5,000 paragraphs", SEEN + "<b><i><u><s>" * 50 + "<p>x" * 5_000),
    bomb("50,000 attributes in one tag", SEEN + "<p " + "".join(f"a{n}=1 " for n in range(50_000)) + ">x"),
    bomb("a table in a table, 1,000 times", SEEN + "<table><tr><td>" * 1_000 + "x"),
    bomb("a list in a list, 10,000 times", SEEN + "<ul><li>" * 10_000 + "x"),
    bomb("quotations within quotations", SEEN + "<blockquote>" * 5_000 + "x"),
    bomb("100,000 cells in one row", SEEN + "<table><tr>" + "<td>x" * 100_000, traits=CUT),
    bomb("100,000 rows", SEEN + "<table>" + "<tr><td>x<td>y" * 100_000, traits=CUT),
    bomb("5,000 links", SEEN + "<a href='https://x.example/?a=b&c=d'>aqui</a> " * 5_000),
    bomb("a link of 1 MB", SEEN + f"<a href='https://x.example/{'a' * 1_000_000}'>aqui</a>", traits=CUT),
    bomb(
        "10,000 style rules on 10,000 elements",
        "<style>"
        + "".join(f".c{n}{{color:red}}" for n in range(10_000))
        + "</style>"
        + SEEN
        + "<p class=c1>x" * 10_000,
    ),
    bomb("one style of 1 MB", SEEN + f"<p style='{'color:red;' * 100_000}'>x", traits=CUT),
    bomb("style rules that never end", "<style>" + "a{" * 50_000 + "</style>" + SEEN),
    bomb("style rules with selectors of 100,000 parts", "<style>" + "a " * 100_000 + "{display:none}</style>" + SEEN),
    bomb("comments that open and open", SEEN + "<!--" * 100_000),
    bomb("conditional comments", SEEN + "<!--[if mso]>x<![endif]-->" * 20_000, traits=CUT),
    bomb("less-than signs only", SEEN + "<" * 500_000, traits=CUT),
    bomb("ampersands only", SEEN + "&" * 500_000, traits=CUT),
    bomb("entities only", SEEN + "&nbsp;" * 100_000, traits=CUT),
    bomb("a data address of 2 MB", SEEN + f"<img src='data:image/png;base64,{'A' * 2_000_000}'>", traits=CUT),
    bomb("SVG in SVG", SEEN + "<svg>" * 10_000),
    bomb("MathML in MathML", SEEN + "<math><mi>" * 5_000),
    written("3 MB of HTML", html(SEEN + "<p>linha</p>" * 250_000), has=[WORDS], traits={"mail.cut": True}),
    written(
        "ten HTML parts of 500 kB",
        parts("mixed", *[html(SEEN + "<p>linha</p>" * 40_000)] * 10),
        has=[WORDS],
        traits={"mail.cut": True},
    ),
    written(
        "plain text that is short beside HTML that is a bomb",
        parts("alternative", plain(WORDS), html("<div>" * 100_000)),
        text=WORDS,
    ),
    whole(
        "HTML in UTF-16 with its mark",
        octets(HEAD + "Content-Type: text/html; charset=utf-16\n\n") + f"<p>{WORDS}</p>".encode("utf-16"),
        text=WORDS,
    ),
]
