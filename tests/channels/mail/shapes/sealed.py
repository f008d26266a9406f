"""Signed, encrypted, wrapped and divided mail: what can be read is read, what cannot says so."""

from tests.channels.mail.shapes.shape import html, parts, pdf, plain, written

WORDS = "Bom dia, segue o contrato."
SIGNATURE = "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment; filename=smime.p7s\n\nMIIB"
PGP_SIGNATURE = "Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----"
PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
SEALED_SMIME = "[Mensagem cifrada (S/MIME): o conteúdo não pode ser lido aqui.]"
SEALED_PGP = "[Mensagem cifrada (PGP): o conteúdo não pode ser lido aqui.]"

SHAPES = [
    written(
        "S/MIME, signed apart",
        parts("signed", plain(WORDS), SIGNATURE, more='; protocol="application/pkcs7-signature"; micalg=sha-256'),
        text=WORDS,
        files=["smime.p7s"],
    ),
    written(
        "S/MIME, signed apart, alternatives within",
        parts("signed", parts("alternative", plain(WORDS), html(f"<p>{WORDS}</p>"), boundary="i"), SIGNATURE),
        text=WORDS,
        files=["smime.p7s"],
    ),
    written("S/MIME, signature gone", parts("signed", plain(WORDS)), text=WORDS),
    written(
        "S/MIME, encrypted",
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB",
        text=SEALED_SMIME,
        files=["smime.p7m"],
        traits={"mail.encrypted": "smime"},
    ),
    written(
        "S/MIME, encrypted, old name",
        "Content-Type: application/x-pkcs7-mime; name=smime.p7m\n\nMIIB",
        text=SEALED_SMIME,
        files=["smime.p7m"],
        traits={"mail.encrypted": "smime"},
    ),
    written(
        "S/MIME, signed and opaque, not decodable",
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB",
        has=[],
        files=["smime.p7m"],
    ),
    written(
        "PGP/MIME, signed",
        parts("signed", plain(WORDS), PGP_SIGNATURE, more='; protocol="application/pgp-signature"'),
        text=WORDS,
        files=["signature.asc"],
    ),
    written(
        "PGP/MIME, encrypted",
        parts(
            "encrypted",
            "Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
            f"Content-Type: application/octet-stream; name=encrypted.asc\n\n{PGP_MESSAGE}",
            more='; protocol="application/pgp-encrypted"',
        ),
        text=SEALED_PGP,
        files=["anexo-1.pgp", "encrypted.asc"],
        traits={"mail.encrypted": "pgp"},
    ),
    written(
        "PGP/MIME, encrypted, broken by Exchange into mixed",
        parts(
            "mixed",
            plain(""),
            "Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
            f"Content-Type: application/octet-stream; name=encrypted.asc\n\n{PGP_MESSAGE}",
        ),
        has=[],
        text=SEALED_PGP,
        files=["anexo-1.pgp", "encrypted.asc"],
        traits={"mail.encrypted": "pgp"},
    ),
    written("PGP inline, encrypted", plain(PGP_MESSAGE), text=PGP_MESSAGE, traits={"mail.encrypted": "pgp"}),
    written(
        "PGP inline, words before it",
        plain(f"Segue cifrado:\n\n{PGP_MESSAGE}"),
        has=["Segue cifrado:"],
        traits={"mail.encrypted": "pgp"},
    ),
    written(
        "PGP inline, signed",
        plain(
            f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{WORDS}\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----"
        ),
        text=WORDS,
    ),
    written(
        "PGP inline, signed, dashes escaped",
        plain(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- - um\n- -- dois\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----"
        ),
        text="- um\n-- dois",
    ),
    written(
        "a public key beside the text",
        parts(
            "mixed",
            plain(WORDS),
            "Content-Type: application/pgp-keys; name=ana.asc\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----",
        ),
        text=WORDS,
        files=["ana.asc"],
    ),
    written(
        "one part of a mail in three",
        "Content-Type: message/partial; id=x; number=2; total=3\n\nmeio do texto",
        text="[Parte 2 de 3 de uma mensagem dividida; o arquivo está em anexo.]",
        files=["anexo-1"],
    ),
    written(
        "one part of a mail, numbers missing",
        "Content-Type: message/partial\n\nmeio do texto",
        text="[Parte ? de ? de uma mensagem dividida; o arquivo está em anexo.]",
        files=["anexo-1"],
    ),
    written(
        "a body kept elsewhere is not fetched",
        'Content-Type: message/external-body; access-type=URL; URL="http://169.254.169.254/latest"\n\nContent-Type: text/plain\n',
        text="[Arquivo guardado em outro lugar, que não foi buscado: http://169.254.169.254/latest]",
        files=["anexo-1"],
    ),
    written(
        "a body in a file of ours is not read",
        'Content-Type: message/external-body; access-type=local-file; name="/etc/passwd"\n\n\n',
        text="[Arquivo guardado em outro lugar, que não foi buscado: local-file /etc/passwd]",
        files=["passwd"],
    ),
    written(
        "winmail.dat that is none",
        parts(
            "mixed",
            plain(WORDS),
            "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neCQ=",
        ),
        text=WORDS,
        files=["winmail.dat"],
        traits={"mail.tnef": "damaged: this is no TNEF"},
    ),
    written(
        "winmail.dat empty",
        parts("mixed", plain(WORDS), "Content-Type: application/ms-tnef; name=winmail.dat\n\n"),
        text=WORDS,
        files=["winmail.dat"],
        traits={"mail.tnef": "damaged: this is no TNEF"},
    ),
    written(
        "winmail.dat whose sizes lie",
        parts(
            "mixed",
            plain(WORDS),
            "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+IgEAAQaQCAD/////",
        ),
        text=WORDS,
        files=["winmail.dat"],
        traits={"mail.tnef": "damaged: an attribute is cut off"},
    ),
    written(
        "a zip is never opened",
        parts(
            "mixed",
            plain(WORDS),
            "Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\nUEsDBBQAAAAI",
        ),
        text=WORDS,
        files=["a.zip"],
    ),
    written(
        "the whole mail is gzip",
        "Content-Type: application/gzip; name=a.txt.gz\nContent-Transfer-Encoding: base64\n\nH4sIAAAAAAAAAw==",
        text="",
        files=["a.txt.gz"],
    ),
    written(
        "body compressed by a transfer encoding",
        "Content-Type: text/plain\nContent-Transfer-Encoding: gzip\n\n\x1f\x8b",
        has=[],
    ),
    written(
        "invitation",
        parts(
            "alternative",
            plain("Convite"),
            "Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Visita técnica\nDTSTART:20260310T130000Z\nEND:VEVENT\nEND:VCALENDAR",
        ),
        has=["Convite", "Visita técnica", "10/03/2026"],
        files=["anexo-1.ics"],
    ),
    written(
        "invitation taken back",
        "Content-Type: text/calendar; method=CANCEL; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nSUMMARY:Visita técnica\nDTSTART:20260310T130000Z\nEND:VEVENT\nEND:VCALENDAR",
        has=["Cancelamento de convite: Visita técnica"],
        files=["anexo-1.ics"],
    ),
    written(
        "invitation answered",
        "Content-Type: text/calendar; method=REPLY; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nSUMMARY:Visita\nATTENDEE;PARTSTAT=DECLINED:mailto:ana@cliente.example\nEND:VEVENT\nEND:VCALENDAR",
        has=["Resposta a convite: Visita", "recusado"],
        files=["anexo-1.ics"],
        automated="auto_reply",
        traits={"mail.automated_by": "answer to an invitation"},
    ),
    written(
        "invitation without an event",
        parts("mixed", plain(WORDS), "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nEND:VCALENDAR"),
        text=WORDS,
        files=["anexo-1.ics"],
    ),
    written(
        "invitation that never ends",
        parts(
            "mixed",
            plain(WORDS),
            "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Visita\nDTSTART:amanhã",
        ),
        has=[WORDS],
        files=["anexo-1.ics"],
    ),
    written(
        "a message within the message",
        parts(
            "mixed",
            plain("veja"),
            "Content-Type: message/rfc822\n\nFrom: Rui <rui@x.example>\nSubject: original\n\ncorpo de dentro",
        ),
        has=["veja", "rui@x.example", "corpo de dentro"],
        files=["original.eml"],
    ),
    written(
        "a message within, its files beside ours",
        parts(
            "mixed",
            plain("veja"),
            "Content-Type: message/rfc822\n\nFrom: Rui <rui@x.example>\nSubject: original\n"
            + parts("mixed", plain("corpo"), pdf(), boundary="i"),
        ),
        has=["veja", "corpo"],
        files=["original.eml", "nota.pdf"],
    ),
    written(
        "a message within, in base64 against the standard",
        parts(
            "mixed",
            plain("veja"),
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogZGVudHJvCgpjb3Jwbw==",
        ),
        has=["veja", "corpo", "dentro"],
        files=["dentro.eml"],
    ),
    written(
        "a message within without a header",
        parts("mixed", plain("veja"), "Content-Type: message/rfc822\n\n\nsó corpo"),
        has=["veja", "só corpo"],
        files=["anexo-1.eml"],
    ),
    written(
        "a message within that is empty",
        parts("mixed", plain("veja"), "Content-Type: message/rfc822\n\n"),
        has=["veja"],
        files=["anexo-1.eml"],
    ),
    written(
        "messages within messages, six deep",
        "Content-Type: message/rfc822\n\n" * 6 + "Subject: fundo\n\ncorpo do fundo",
        has=["Mensagem encaminhada"],
        files=["anexo-1.eml", "anexo-2.eml", "anexo-3.eml", "anexo-4.eml", "anexo-5.eml", "fundo.eml"],
        traits={"mail.parts_dropped": True},
    ),
    written(
        "messages within messages, a thousand deep",
        "Content-Type: message/rfc822\n\n" * 1000 + "Subject: fundo\n\noi",
        has=["Mensagem encaminhada"],
        files=[f"anexo-{number}.eml" for number in range(1, 7)],
        traits={"mail.parts_dropped": True},
    ),
    written(
        "a message that bounced",
        parts(
            "report",
            plain("não entregue"),
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n",
            "Content-Type: message/rfc822\n\nSubject: nosso\nMessage-ID: <ours@exemplo.com>\n\ntexto nosso",
            more="; report-type=delivery-status",
        ),
        has=["não entregue"],
        files=["anexo-1.txt", "nosso.eml"],
        references=["<ours@exemplo.com>"],
        automated="bounce",
        traits={"mail.automated_by": "delivery report"},
    ),
    written(
        "a message that bounced and whose id has bytes of no charset",
        parts(
            "report",
            plain("não entregue"),
            "Content-Type: message/rfc822\n\nSubject: nosso\nMessage-ID: <bal\udcc4cao@exemplo.com>\n\ntexto nosso",
            more="; report-type=delivery-status",
        ),
        has=["não entregue"],
        files=["nosso.eml"],
        references=[],
        automated="bounce",
        traits={"mail.automated_by": "delivery report"},
    ),
    written(
        "a report without its report",
        parts("report", plain("não entregue"), more="; report-type=delivery-status"),
        has=["não entregue"],
        automated="bounce",
        traits={"mail.automated_by": "delivery report"},
    ),
    written(
        "a receipt that it was read",
        parts(
            "report",
            plain("lida"),
            "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; x@y.example\nDisposition: manual-action; displayed\n",
            more="; report-type=disposition-notification",
        ),
        has=["lida"],
        files=["anexo-1"],
        automated="auto_reply",
        traits={"mail.automated_by": "receipt or feedback report"},
    ),
]
