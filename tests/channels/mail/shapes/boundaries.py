"""Boundaries: missing, wrong, doubled, of one name, beginning with one another, never closed."""

from tests.channels.mail.shapes.shape import html, parts, pdf, plain, written

MIXED = "Content-Type: multipart/mixed; "

SHAPES = [
    written(
        "boundary parameter missing",
        f"Content-Type: multipart/mixed\n\n--abc\n{plain('Bom dia')}\n--abc\n{pdf()}\n--abc--\n",
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "boundary of the header stands nowhere in the body",
        f"{MIXED}boundary=outra\n\n--abc\n{plain('Bom dia')}\n--abc\n{pdf()}\n--abc--\n",
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "boundary in other letters than the header's",
        f"{MIXED}boundary=ABCdef\n\n--abcDEF\n{plain('Bom dia')}\n--abcDEF--\n",
        text="Bom dia",
    ),
    written(
        "boundary empty",
        f'{MIXED}boundary=""\n\n--abc\n{plain("Bom dia")}\n--abc--\n',
        text="Bom dia",
    ),
    written(
        "boundary empty and its lines just two dashes",
        f'{MIXED}boundary=""\n\n--\n{plain("Bom dia")}\n----\n',
        has=["Bom dia"],
    ),
    written(
        "boundary line twice in a row",
        f"{MIXED}boundary=b\n\n--b\n--b\n{plain('Bom dia')}\n--b\n--b\n{pdf()}\n--b--\n",
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "inner and outer boundary of one name",
        parts("mixed", parts("alternative", plain("Bom dia"), html("<p>Bom dia</p>")), pdf()),
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "inner boundary begins with the outer one",
        parts("mixed", parts("alternative", plain("Bom dia"), html("<p>Bom dia</p>"), boundary="bx"), pdf()),
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "outer boundary begins with the inner one",
        parts("mixed", parts("alternative", plain("Bom dia"), html("<b>oi</b>"), boundary="b"), pdf(), boundary="bx"),
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "outer boundary is the inner one and two dashes",
        parts("mixed", parts("alternative", plain("Bom dia"), boundary="b"), pdf(), boundary="b--"),
        has=["Bom dia"],
        files=["nota.pdf"],
    ),
    written(
        "never closed",
        parts("mixed", plain("Bom dia"), pdf(), close=False),
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "inner multipart never closed",
        parts("mixed", parts("alternative", plain("Bom dia"), html("<p>x</p>"), boundary="i", close=False), pdf()),
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "closed at once and parts behind it",
        f"{MIXED}boundary=b\n\n--b--\n--b\n{plain('Bom dia')}\n--b--\n",
        text="Bom dia",
    ),
    written(
        "only the closing line",
        f"{MIXED}boundary=b\n\n--b--\n",
        text="",
    ),
    written(
        "parts behind the closing line",
        parts("mixed", plain("Bom dia")) + f"--b\n{pdf()}\n--b--\n",
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "spaces and tabs behind the boundary lines",
        f"{MIXED}boundary=b\n\n--b \t\n{plain('Bom dia')}\n--b  \n{pdf()}\n--b-- \n",
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "boundary indented by a space is text",
        parts("mixed", plain("antes\n --b\ndepois")),
        text="antes\n --b\ndepois",
    ),
    written(
        "boundary in single quotes that belong to nobody",
        f"{MIXED}boundary='b'\n\n--b\n{plain('Bom dia')}\n--b--\n",
        text="Bom dia",
    ),
    written(
        "boundary unquoted with equals signs and question marks",
        f"{MIXED}boundary=----=_Part?1_2.3\n\n------=_Part?1_2.3\n{plain('Bom dia')}\n------=_Part?1_2.3--\n",
        text="Bom dia",
    ),
    written(
        "boundary with a comment behind it",
        f'{MIXED}boundary="b" (gerado por nós)\n\n--b\n{plain("Bom dia")}\n--b--\n',
        text="Bom dia",
    ),
    written(
        "boundary whose quotation mark never closes",
        f'{MIXED}boundary="b\n\n--b\n{plain("Bom dia")}\n--b--\n',
        text="Bom dia",
    ),
    written(
        "boundary in pieces of RFC 2231",
        f"{MIXED}boundary*1=ef; boundary*0=abcd\n\n--abcdef\n{plain('Bom dia')}\n--abcdef--\n",
        text="Bom dia",
    ),
    written(
        "boundary of 300 characters",
        parts("mixed", plain("Bom dia"), boundary="x" * 300),
        text="Bom dia",
    ),
    written(
        "boundary with spaces inside",
        parts("mixed", plain("Bom dia"), pdf(), boundary="uma fronteira comprida"),
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "boundary of characters that mean something to expressions",
        parts("mixed", plain("Bom dia"), boundary="(a+)+$[^b]*?"),
        text="Bom dia",
    ),
    written(
        "boundary with letters outside ASCII",
        parts("mixed", plain("Bom dia"), boundary="separação"),
        text="Bom dia",
    ),
    written(
        "boundary on a folded line that lost its space",
        f"Content-Type: multipart/mixed;\nboundary=b\nX-Mailer: Velho 1.0\n\n--b\n{plain('Bom dia')}\n--b--\n",
        text="Bom dia",
    ),
    written(
        "two Content-Type fields, the second is right",
        f"{MIXED}boundary=a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n{plain('Bom dia')}\n--b--\n",
        text="Bom dia",
    ),
    written(
        "part without a header",
        parts("mixed", "\nBom dia"),
        text="Bom dia",
    ),
    written(
        "part without header and without the empty line",
        parts("mixed", "Bom dia, tudo bem?\nSegue a nota."),
        text="Bom dia, tudo bem?\nSegue a nota.",
    ),
    written(
        "part whose header runs into its text",
        parts("mixed", "Content-Type: text/plain\nBom dia, tudo bem?"),
        text="Bom dia, tudo bem?",
    ),
    written(
        "preamble and epilogue are not read",
        f"{MIXED}boundary=b\n\nThis is a multi-part message in MIME format.\n--b\n{plain('Bom dia')}\n--b--\nfim\n",
        text="Bom dia",
    ),
    written(
        "multipart that is only text",
        f"{MIXED}boundary=b\n\nBom dia, segue o pedido.\n",
        text="Bom dia, segue o pedido.",
    ),
    written(
        "multipart with an empty body",
        f"{MIXED}boundary=b\n\n",
        text="",
    ),
    written(
        "multipart encoded as a whole in base64",
        "Content-Transfer-Encoding: base64\n" + MIXED + "boundary=b\n\n"
        "LS1iCkNvbnRlbnQtVHlwZTogdGV4dC9wbGFpbgoKQm9tIGRpYQotLWItLQo=\n",
        text="Bom dia",
    ),
    written(
        "multipart of a kind nobody knows",
        parts("x-nunca-visto", plain("um"), plain("dois")),
        text="um\n\ndois",
    ),
    written(
        "multipart without a kind",
        f"Content-Type: multipart; boundary=b\n\n--b\n{plain('Bom dia')}\n--b\n{pdf()}\n--b--\n",
        text="Bom dia",
        files=["nota.pdf"],
    ),
    written(
        "text/plain that has a boundary and parts",
        f"Content-Type: text/plain; boundary=b\n\n--b\n{plain('Bom dia')}\n--b\n{pdf()}\n--b--\n",
        has=["Bom dia"],
    ),
    written(
        "message broken off within a part's header",
        parts("mixed", plain("Bom dia"), close=False) + "--b\nContent-Type: application/pd",
        text="Bom dia",
        files=["anexo-1"],
    ),
    written(
        "inner multipart without a boundary of its own takes the outer's",
        parts("mixed", "Content-Type: multipart/alternative\n", plain("Bom dia"), pdf()),
        text="Bom dia",
        files=["nota.pdf"],
    ),
]
