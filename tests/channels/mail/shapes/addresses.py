"""Senders and recipients: unclosed brackets, none at all, groups, comments, tricks with names, letters of the world."""

from tests.channels.mail.shapes.shape import DATE, ENVELOPE, FROM, ID, SUBJECT, TO, octets, whole, written

ANA = ("Ana Souza", "ana@cliente.example")
BARE = (None, "ana@cliente.example")
LEFT_TO_RIGHT_TURN = "\u202e"


def sender(name, line, expected, **more):
    """A mail whose From is this raw line; the envelope names another sender."""
    other = {**ENVELOPE, "mail_from": "envelope@cliente.example"}
    return written(
        name,
        f"From: {line}\n\noi",
        head=TO + SUBJECT + DATE + ID,
        envelope=other,
        **{"sender": expected, "text": "oi", **more},
    )


def recipients(name, line, expected, **more):
    return written(f"to, {name}", f"To: {line}\n\noi", head=FROM + SUBJECT + DATE + ID, to=expected, text="oi", **more)


ENVELOPE_SENDER = (None, "envelope@cliente.example")

SHAPES = [
    sender("address without brackets behind the name", "Ana Souza ana@cliente.example", ANA),
    sender("address without brackets before the name", "ana@cliente.example Ana Souza", ANA),
    sender("address in round brackets behind the name", "Ana Souza (ana@cliente.example)", ANA),
    sender("address in square brackets behind the name", "Ana Souza [ana@cliente.example]", ANA),
    sender("address in curly brackets behind the name", "Ana Souza {ana@cliente.example}", ANA),
    sender("bracket never closed", "Ana Souza <ana@cliente.example", ANA),
    sender("bracket never opened", "Ana Souza ana@cliente.example>", ANA),
    sender("brackets doubled", "Ana Souza <<ana@cliente.example>>", ANA),
    sender("spaces within the brackets", "Ana Souza < ana@cliente.example >", ANA),
    sender("brackets around name and address", "<Ana Souza ana@cliente.example>", ANA),
    sender("mailto within the brackets", "Ana Souza <mailto:ana@cliente.example>", ANA),
    sender(
        "a link in Markdown, as chat tools send", "Ana Souza <ana@cliente.example<mailto:ana@cliente.example>>", ANA
    ),
    sender("address in single quotes", "Ana Souza <'ana@cliente.example'>", ANA),
    sender("address in double quotes", '"ana@cliente.example"', BARE),
    sender(
        "address twice, as name and address",
        '"ana@cliente.example" <ana@cliente.example>',
        ("ana@cliente.example", "ana@cliente.example"),
    ),
    sender(
        "address twice, as quoted name without brackets around the second",
        '"ana@cliente.example" ana@cliente.example',
        BARE,
    ),
    sender("a space before the at sign", "Ana Souza <ana @cliente.example>", ANA),
    sender("a dot at the address's end", "Ana Souza <ana@cliente.example.>", ANA),
    sender("a comma at the end", "Ana Souza <ana@cliente.example>,", ANA),
    sender("a semicolon at the end", "Ana Souza <ana@cliente.example>;", ANA),
    sender(
        "a comma in the name without quotes", "Souza, Ana <ana@cliente.example>", ("Souza, Ana", "ana@cliente.example")
    ),
    sender("a name whose quotation mark never closes", '"Ana Souza <ana@cliente.example>', ANA),
    sender("a name with one quotation mark behind it", 'Ana Souza" <ana@cliente.example>', ANA),
    sender("a name in single quotes", "'Ana Souza' <ana@cliente.example>", ANA),
    sender(
        "a name with escaped quotation marks",
        '"Ana \\"Aninha\\" Souza" <ana@cliente.example>',
        ('Ana "Aninha" Souza', "ana@cliente.example"),
    ),
    sender("name behind the address", "<ana@cliente.example> Ana Souza", ANA),
    sender("name as a comment", "ana@cliente.example (Ana Souza)", ANA),
    sender(
        "comments within comments",
        "ana@cliente.example (Ana (a da loja) Souza)",
        ("(Ana Souza)", "ana@cliente.example"),
    ),
    sender("comment never closed", "Ana Souza <ana@cliente.example> (loja", ("Ana Souza loja", "ana@cliente.example")),
    sender("name encoded", "=?utf-8?q?Jo=C3=A3o?= <joao@cliente.example>", ("João", "joao@cliente.example")),
    sender(
        "name encoded, in quotation marks",
        '"=?utf-8?q?Jo=C3=A3o?=" <joao@cliente.example>',
        ("João", "joao@cliente.example"),
    ),
    sender(
        "name encoded, glued to the bracket",
        "=?utf-8?q?Jo=C3=A3o?=<joao@cliente.example>",
        ("João", "joao@cliente.example"),
    ),
    sender(
        "name and address encoded together",
        "=?utf-8?q?Jo=C3=A3o_=3Cjoao=40cliente=2Eexample=3E?=",
        ("João <joao@cliente.example>", "envelope@cliente.example"),
        traits={"mail.name_shows_address": "joao@cliente.example"},
    ),
    sender(
        "name encoded with line ends and another address",
        "=?utf-8?q?A=0D=0ABcc:_x=40evil.example?= <ana@cliente.example>",
        ("A Bcc: x@evil.example", "ana@cliente.example"),
        traits={"mail.name_shows_address": "x@evil.example"},
    ),
    sender(
        "another address in the name",
        '"chefe@empresa.example" <ana@cliente.example>',
        ("chefe@empresa.example", "ana@cliente.example"),
        traits={"mail.name_shows_address": "chefe@empresa.example"},
    ),
    sender(
        "two addresses in brackets, no comma", "<x@evil.example> <ana@cliente.example>", (None, "ana@cliente.example")
    ),
    sender(
        "two senders",
        "Ana Souza <ana@cliente.example>, Rui <rui@cliente.example>",
        ANA,
        traits={"mail.other_from": "rui@cliente.example"},
    ),
    written(
        "two From fields",
        "From: Rui <rui@cliente.example>\n\noi",
        text="oi",
        traits={"mail.other_from": "rui@cliente.example"},
    ),
    written(
        "From empty, then a real one",
        "From: Ana Souza <ana@cliente.example>\n\noi",
        head="From:\n" + TO + SUBJECT + DATE,
        text="oi",
    ),
    sender("empty", "", ENVELOPE_SENDER),
    sender("empty brackets", "<>", ENVELOPE_SENDER),
    sender("a bracket and nothing else", "<", ENVELOPE_SENDER),
    sender("a name and no address", "Ana Souza", ("Ana Souza", "envelope@cliente.example")),
    sender("a name in quotes and no address", '"Ana Souza" <>', ("Ana Souza", "envelope@cliente.example")),
    sender("undisclosed", "undisclosed-recipients:;", ENVELOPE_SENDER),
    written(
        "no From, but Sender", "Sender: Ana Souza <ana@cliente.example>\n\noi", head=TO + SUBJECT + DATE, text="oi"
    ),
    written(
        "no From, but Reply-To",
        "Reply-To: Ana Souza <ana@cliente.example>\n\noi",
        head=TO + SUBJECT + DATE,
        text="oi",
        sender=(None, "ana@cliente.example"),
        reply_to=["ana@cliente.example"],
    ),
    sender(
        "a group",
        "Equipe: Ana Souza <ana@cliente.example>, Rui <rui@cliente.example>;",
        ANA,
        traits={"mail.other_from": "rui@cliente.example"},
    ),
    sender("a group that is never closed", "Equipe: Ana Souza <ana@cliente.example>", ANA),
    sender("a source route", "Ana Souza <@mx1.example,@mx2.example:ana@cliente.example>", ANA),
    sender("a bang path", "Ana Souza <mx1!mx2!ana>", ("Ana Souza", "envelope@cliente.example")),
    sender(
        "an X.400 address",
        "Ana Souza <IMCEAEX-_O=EXAMPLE_OU=X@cliente.example>",
        ("Ana Souza", "IMCEAEX-_O=EXAMPLE_OU=X@cliente.example"),
    ),
    sender("a local name without a domain", "Ana Souza <ana>", ("Ana Souza", "envelope@cliente.example")),
    sender("two at signs", "Ana Souza <ana@loja@cliente.example>", ("Ana Souza", "envelope@cliente.example")),
    sender(
        "dots one after another",
        "Ana Souza <ana..souza.@cliente.example>",
        ("Ana Souza", "ana..souza.@cliente.example"),
    ),
    sender("a quoted local part", '"ana souza"@cliente.example', (None, '"ana souza"@cliente.example')),
    sender("an address literal", "Ana Souza <ana@[192.0.2.1]>", ("Ana Souza", "ana@[192.0.2.1]")),
    sender(
        "a domain in punycode", "Ana Souza <ana@xn--exmplo-gva.example>", ("Ana Souza", "ana@xn--exmplo-gva.example")
    ),
    sender("a domain in letters of its own", "Ana Souza <ana@exâmplo.example>", ("Ana Souza", "ana@exâmplo.example")),
    sender("a local part in letters of its own", "José <josé@cliente.example>", ("José", "josé@cliente.example")),
    sender("a domain with a wide full stop", "Ana Souza <ana@cliente。example>", ("Ana Souza", "ana@cliente。example")),
    sender("look-alike letters", "Ana Souza <аna@cliente.example>", ("Ana Souza", "аna@cliente.example")),
    sender("invisible letters within the address", "Ana Souza <ana\u200b@cliente.example>", ANA),
    sender(
        "direction turned in the name",
        f"Ana {LEFT_TO_RIGHT_TURN}azuoS <ana@cliente.example>",
        ("Ana azuoS", "ana@cliente.example"),
    ),
    sender("NUL in the name", "Ana\x00 Souza <ana@cliente.example>", ANA),
    sender("NUL in the address", "Ana Souza <ana\x00@cliente.example>", ANA),
    sender("template signs in the name", "{{7*7}} <ana@cliente.example>", ("{{7*7}}", "ana@cliente.example")),
    sender("HTML in the name", "<b>Ana</b> <ana@cliente.example>", ("Ana", "ana@cliente.example")),
    sender("name of 100,000 letters", f"{'A' * 60_000} <ana@cliente.example>", ("A" * 200, "ana@cliente.example")),
    sender(
        "address of 10,000 letters",
        f"Ana Souza <{'a' * 10_000}@cliente.example>",
        ("Ana Souza", "envelope@cliente.example"),
    ),
    sender("folded in the middle of the address", "Ana Souza\n <ana@cliente.example>", ANA),
    sender("folded between every word", "Ana\n Souza\n\t<ana@cliente.example>", ANA),
    whole(
        "raw Latin-1 name",
        octets(TO + SUBJECT + DATE) + "From: João <joao@cliente.example>\r\n\r\noi".encode("latin-1"),
        sender=("João", "joao@cliente.example"),
        text="oi",
    ),
    whole(
        "raw UTF-8 name",
        TO + SUBJECT + DATE + "From: João <joao@cliente.example>\n\noi",
        sender=("João", "joao@cliente.example"),
        text="oi",
    ),
    recipients(
        "separated by semicolons, as Outlook users write", "a@x.example; b@x.example", ["a@x.example", "b@x.example"]
    ),
    recipients("separated by spaces", "a@x.example b@x.example", ["a@x.example", "b@x.example"]),
    recipients(
        "one broken among good ones",
        "a@x.example, <broken, Rui <b@x.example>, @, c@x.example",
        ["a@x.example", "b@x.example", "c@x.example"],
    ),
    recipients("undisclosed", "undisclosed-recipients:;", []),
    recipients("hidden list in words", "Destinatários ocultos", []),
    recipients("empty elements", ",, ,a@x.example,,;", ["a@x.example"]),
    recipients("the same address in many letters", "a@x.example, A@X.example", ["a@x.example", "A@X.example"]),
    recipients("an encoded word with a comma in it", "=?utf-8?q?Souza,_Ana?= <a@x.example>", ["a@x.example"]),
    recipients("an encoded word with an address in it", "=?utf-8?q?b=40evil.example,?= <a@x.example>", ["a@x.example"]),
    recipients("quoted name with a comma in it", '"Souza, Ana" <a@x.example>', ["a@x.example"]),
    recipients(
        "100,000 of them are 500",
        ", ".join(f"a{n}@x.example" for n in range(100_000)),
        [f"a{n}@x.example" for n in range(500)],
        traits={"mail.cut": True},
    ),
    recipients("groups within groups", "A: B: a@x.example;, b@x.example;", ["a@x.example", "b@x.example"]),
    written(
        "To twice", "To: financeiro@exemplo.com\n\noi", to=["suporte@exemplo.com", "financeiro@exemplo.com"], text="oi"
    ),
    written("no To", "\noi", head=FROM + SUBJECT + DATE + ID, to=[], text="oi"),
    written(
        "Reply-To without brackets",
        "Reply-To: Rui rui@cliente.example\n\noi",
        reply_to=["rui@cliente.example"],
        traits={"mail.reply_to_differs": True},
        text="oi",
    ),
]
