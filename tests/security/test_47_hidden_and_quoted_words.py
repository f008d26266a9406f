"""Attack 47: words that steer triage from where the writer did not say them: quoted, signed, or hidden in HTML.

What rules see is what `facts_of` takes from the decoded mail.
"""

import pytest

from tests.channels.mail.reading import mail
from triage.snapshot import facts_of

WORD = "URGENTE"
SEEN = "Bom dia, queria a segunda via."


def facts(body, kind="plain", subject="Re: boleto"):
    headers = f"Subject: {subject}\r\nIn-Reply-To: <1@exemplo.com>\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
    return facts_of(mail(headers, body))


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='color:#fff'>{}</p>",
        "<p style='color: #fefefe'>{}</p>",
        "<font color=white>{}</font>",
        "<div style='background:#000080;color:navy'>{}</div>",
        "<table bgcolor='#eeeeee'><tr><td style='color:rgb(238,238,238)'>{}</td></tr></table>",
        "<span style='color:transparent'>{}</span>",
        "<span style='color:rgba(0,0,0,0)'>{}</span>",
        "<span style='font-size:0'>{}</span>",
        "<span style='font-size:1px;line-height:1px'>{}</span>",
        "<div style='display:none'>{}</div>",
        "<div style='visibility:hidden'>{}</div>",
        "<div style='opacity:0'>{}</div>",
        "<div style='position:absolute;left:-9999px'>{}</div>",
        "<div style='text-indent:-9999px'>{}</div>",
        "<div style='transform:scale(0)'>{}</div>",
        "<div style='position:absolute;clip:rect(0 0 0 0)'>{}</div>",
        "<div style='max-height:0;overflow:hidden'>{}</div>",
        "<div hidden>{}</div>",
        "<div class=preheader style='display:none;font-size:1px;color:#fff;max-height:0;overflow:hidden'>{}</div>",
        "<style>.h{{display:none}}</style><div class=h>{}</div>",
        "<style>#h, .other {{ color : #FFFFFF }}</style><div id=h>{}</div>",
        "<style>div.h span{{font-size:0}}</style><div class=h><span>{}</span></div>",
        "<img alt='{}' width=1 height=1 src='https://x.example/p.gif'>",
        "<!-- {} -->",
    ],
)
def test_words_hidden_in_html(hidden):
    seen = facts(f"<html><body><p>{SEEN}</p>{hidden.format(WORD)}</body></html>", "html").text

    assert WORD not in seen
    assert seen == SEEN


@pytest.mark.parametrize(
    "shown",
    [
        "<p style='color:#fff;background:#06c'>{}</p>",
        "<table bgcolor='#0066cc'><tr><td><font color=white>{}</font></td></tr></table>",
        "<div style='background:url(https://x.example/p.png);color:white'>{}</div>",
        "<div style='background-image:linear-gradient(#000,#333);color:#fff'>{}</div>",
        "<table><tr><td style='font-size:0'><span style='font-size:13px'>{}</span></td></tr></table>",
        "<style>@media (max-width:480px){{.h{{display:none}}}}</style><div class=h>{}</div>",
        "<style>.b{{background:#06c;color:#fff}}</style><a class=b>{}</a>",
        "<div style='color:#fff'><b style='color:#c00'>{}</b></div>",
        "<p style='color:#999'>{}</p>",
    ],
)
def test_words_that_are_shown_stay(shown):
    assert WORD in facts(f"<html><body><p>{SEEN}</p>{shown.format(WORD)}</body></html>", "html").text


@pytest.mark.parametrize(
    "below",
    [
        "Em seg., 2 de mar. de 2026 às 10:22, Rita <r@exemplo.com> escreveu:\n\n> {}",
        "Em 02/03/2026 10:22, Rita escreveu:\n> {}",
        "> {}",
        "-----Mensagem original-----\nDe: Rita\n\n{}",
        "________________________________\nDe: Rita <r@exemplo.com>\nEnviado: ontem às 10:22\nPara: D\n\n{}",
        "##- Digite sua resposta acima desta linha -##\n\n{}",
        "-- \nSuporte {} 24 horas",
        "Atenciosamente,\nAna Souza\nPlantão {} | (11) 4002-8922",
        "Att,\nAna\n\nEsta mensagem é confidencial e de uso exclusivo do destinatário. Se veio por erro, {}: apague.",
    ],
)
def test_words_that_are_quoted_or_signed(below):
    seen = facts(f"{SEEN}\n\n{below.format(WORD)}").text

    assert seen == SEEN


def test_words_quoted_by_the_structure_of_html():
    quoted = f"<div class=gmail_quote><blockquote class=gmail_quote>{WORD}</blockquote></div>"

    assert facts(f"<div>{SEEN}</div>{quoted}", "html").text == SEEN
