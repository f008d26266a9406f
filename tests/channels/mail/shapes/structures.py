"""Bodies: which text counts in mail whose parts are empty, inverted, lying, or nested the wrong way."""

from tests.channels.mail.shapes.shape import html, parts, pdf, plain, written

PNG = "Content-Type: image/png; name=logo.png\nContent-ID: <logo>\n\n\x89PNG"
WORDS = "Bom dia, não consigo emitir a nota."

SHAPES = [
    written("no body at all", "\n", text=""),
    written(
        "body only in an attached text file",
        parts(
            "mixed",
            f"Content-Type: text/plain; charset=utf-8; name=pedido.txt\nContent-Disposition: attachment; filename=pedido.txt\n\n{WORDS}",
        ),
        text=WORDS,
        files=["pedido.txt"],
    ),
    written(
        "body only in an attached HTML file",
        parts(
            "mixed",
            f"Content-Type: text/html; charset=utf-8; name=pedido.html\nContent-Disposition: attachment\n\n<p>{WORDS}</p>",
        ),
        text=WORDS,
        files=["pedido.html"],
    ),
    written(
        "body only in a file of unknown kind",
        parts("mixed", f"Content-Type: application/octet-stream\n\n{WORDS}"),
        text=WORDS,
        files=["anexo-1.bin"],
    ),
    written("only a PDF", parts("mixed", pdf()), text="", files=["nota.pdf"]),
    written("the whole mail is a PDF", pdf(), text="", files=["nota.pdf"]),
    written(
        "the whole mail is a picture",
        "Content-Type: image/png; name=tela.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=",
        text="",
        files=["tela.png"],
    ),
    written(
        "empty plain part beside a PDF", parts("mixed", plain("\n \n"), pdf()), has=[], text="", files=["nota.pdf"]
    ),
    written("text body marked as inline", plain(WORDS, "Content-Disposition: inline\n"), text=WORDS),
    written(
        "text body marked as an attachment without a name",
        plain(WORDS, "Content-Disposition: attachment\n"),
        text=WORDS,
        files=["anexo-1.txt"],
    ),
    written(
        "text body inline with a name, as Apple Mail has it",
        parts(
            "mixed",
            plain(WORDS),
            "Content-Type: text/plain; charset=utf-8; name=a.txt\nContent-Disposition: inline; filename=a.txt\n\nanexado",
        ),
        text=WORDS,
        files=["a.txt"],
    ),
    written("HTML only", html(f"<html><body><p>{WORDS}</p></body></html>"), text=WORDS),
    written(
        "plain part says that the mail is HTML",
        parts("alternative", plain("Your e-mail client does not support HTML messages"), html(f"<p>{WORDS}</p>")),
        text=WORDS,
    ),
    written(
        "plain part says so in Portuguese",
        parts("alternative", plain("Seu leitor de e-mail não suporta HTML."), html(f"<p>{WORDS}</p>")),
        text=WORDS,
    ),
    written(
        "plain part says see HTML",
        parts("alternative", plain("Please see the HTML version of this message."), html(f"<p>{WORDS}</p>")),
        text=WORDS,
    ),
    written(
        "plain part says: esta mensagem está em HTML",
        parts("alternative", plain("Esta mensagem está em formato HTML."), html(f"<p>{WORDS}</p>")),
        text=WORDS,
    ),
    written(
        "plain part is HTML, too",
        parts("alternative", plain(f"<html><body><p>{WORDS}</p></body></html>"), html(f"<p>{WORDS}</p>")),
        text=WORDS,
    ),
    written("plain part is empty", parts("alternative", plain(""), html(f"<p>{WORDS}</p>")), text=WORDS),
    written(
        "plain part is no-break spaces",
        parts("alternative", plain("\u00a0\n\u00a0"), html(f"<p>{WORDS}</p>")),
        text=WORDS,
    ),
    written("plain part is one dot", parts("alternative", plain("."), html(f"<p>{WORDS}</p>")), has=[WORDS]),
    written("HTML part is empty", parts("alternative", plain(WORDS), html("<html><body></body></html>")), text=WORDS),
    written("alternatives in the wrong order", parts("alternative", html(f"<p>{WORDS}</p>"), plain(WORDS)), text=WORDS),
    written(
        "alternatives that are three",
        parts(
            "alternative",
            plain(WORDS),
            html(f"<p>{WORDS}</p>"),
            "Content-Type: text/x-amp-html\n\n<html amp4email>outra coisa</html>",
        ),
        text=WORDS,
    ),
    written("alternatives called mixed", parts("mixed", plain(WORDS), html(f"<p>{WORDS}</p>")), text=WORDS),
    written(
        "alternatives called mixed, in the wrong order",
        parts("mixed", html(f"<p>{WORDS}</p>"), plain(WORDS)),
        text=WORDS,
    ),
    written(
        "mixed called alternative: two plain parts",
        parts("alternative", plain("primeira parte"), plain("segunda parte")),
        has=["primeira parte"],
    ),
    written(
        "mixed called alternative: text and file",
        parts("alternative", plain(WORDS), pdf()),
        text=WORDS,
        files=["nota.pdf"],
    ),
    written(
        "related within alternative",
        parts(
            "alternative",
            plain(WORDS),
            parts("related", html(f"<p>{WORDS}<img src='cid:logo'></p>"), PNG, boundary="r"),
        ),
        text=WORDS,
        files=["logo.png"],
        inline=["logo.png"],
    ),
    written(
        "related within mixed within alternative",
        parts(
            "alternative",
            plain(WORDS),
            parts(
                "mixed",
                parts("related", html(f"<p>{WORDS}<img src='cid:logo'></p>"), PNG, boundary="r"),
                pdf(),
                boundary="m",
            ),
        ),
        text=WORDS,
        files=["logo.png", "nota.pdf"],
        inline=["logo.png"],
    ),
    written(
        "alternative within related",
        parts(
            "related",
            parts("alternative", plain(WORDS), html(f"<p>{WORDS}<img src='cid:logo'></p>"), boundary="a"),
            PNG,
        ),
        text=WORDS,
        files=["logo.png"],
        inline=["logo.png"],
    ),
    written(
        "related whose root is not the first",
        parts(
            "related", PNG, html(f"<p>{WORDS}<img src='cid:logo'></p>", "Content-ID: <raiz>\n"), more='; start="<raiz>"'
        ),
        text=WORDS,
        files=["logo.png"],
        inline=["logo.png"],
    ),
    written(
        "picture that no HTML refers to",
        parts(
            "related",
            html(f"<p>{WORDS}</p>"),
            "Content-Type: image/png; name=tela.png\nContent-Disposition: attachment\nContent-ID: <x>\n\nx",
        ),
        text=WORDS,
        files=["tela.png"],
        inline=[],
    ),
    written(
        "picture named by cid with its address encoded",
        parts(
            "related",
            html(f"<p>{WORDS}<img src='cid:logo%40x'></p>"),
            "Content-Type: image/png; name=logo.png\nContent-ID: <logo@x>\n\nx",
        ),
        text=WORDS,
        files=["logo.png"],
        inline=["logo.png"],
    ),
    written(
        "a text, a file, a text, as Apple Mail writes",
        parts("mixed", plain("antes"), pdf(), plain("depois")),
        text="antes\n\ndepois",
        files=["nota.pdf"],
    ),
    written(
        "HTML, a picture, HTML",
        parts("mixed", html("<p>antes</p>"), PNG, html("<p>depois</p>")),
        text="antes\n\ndepois",
        files=["logo.png"],
    ),
    written(
        "a mailing list's footer behind the HTML",
        parts("mixed", html(f"<p>{WORDS}</p>"), plain("_____\nLista de suporte")),
        text=f"{WORDS}\n\n_____\nLista de suporte",
    ),
    written(
        "multiparts within multiparts, ten deep",
        "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(10)) + plain(WORDS),
        text=WORDS,
    ),
    written(
        "multiparts within multiparts, deeper than we go",
        "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(40)) + plain(WORDS),
        has=[WORDS],
        traits={"mail.parts_dropped": True},
    ),
    written(
        "digest of two mails",
        parts(
            "digest",
            f"\nFrom: Rui <rui@x.example>\nSubject: um\n\n{WORDS}",
            "\nFrom: Eva <eva@x.example>\nSubject: dois\n\nobrigada",
        ),
        has=[WORDS, "obrigada", "rui@x.example"],
        files=["um.eml", "dois.eml"],
    ),
    written("parallel", parts("parallel", plain("um"), plain("dois")), text="um\n\ndois"),
    written("form data", parts("form-data", "Content-Disposition: form-data; name=mensagem\n\n" + WORDS), text=WORDS),
    written(
        "appledouble",
        parts("appledouble", "Content-Type: application/applefile; name=a\n\nxx", pdf()),
        text="",
        files=["a", "nota.pdf"],
    ),
    written(
        "text/enriched",
        "Content-Type: text/enriched; charset=utf-8\n\n<bold>Bom dia</bold>,<nofill>\nnão abre",
        has=["Bom dia", "não abre"],
        lacks=["<bold>"],
    ),
    written(
        "text/markdown",
        f"Content-Type: text/markdown; charset=utf-8\n\n# Pedido\n\n{WORDS}",
        text=f"# Pedido\n\n{WORDS}",
    ),
    written(
        "text/rtf and nothing else",
        "Content-Type: text/rtf; name=a.rtf\n\n{\\rtf1 Bom dia}",
        has=["Bom dia"],
        files=["a.rtf"],
    ),
    written(
        "text/css and nothing else",
        "Content-Type: text/css; name=a.css\nContent-Disposition: attachment\n\np {}",
        has=[],
        files=["a.css"],
        text="p {}",
    ),
    written(
        "a vCard beside the text",
        parts("mixed", plain(WORDS), "Content-Type: text/vcard; name=ana.vcf\n\nBEGIN:VCARD\nFN:Ana\nEND:VCARD"),
        text=WORDS,
        files=["ana.vcf"],
    ),
    written(
        "flowed text",
        "Content-Type: text/plain; charset=utf-8; format=flowed\n\numa linha \ncomprida \nde três\n\nfim",
        text="uma linha comprida de três\n\nfim",
    ),
    written(
        "flowed text with its spaces deleted",
        "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\ncompri \nda",
        text="comprida",
    ),
    written(
        "flowed by mistake",
        "Content-Type: text/plain; charset=utf-8; format=FLOWED\n\nRua A, 1 \nSão Paulo",
        text="Rua A, 1 São Paulo",
    ),
    written(
        "Apple Mail with only a picture and no words",
        parts("mixed", plain("\n\n"), PNG, plain("\n")),
        text="",
        files=["logo.png"],
    ),
]
