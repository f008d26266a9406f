"""What attachments and HTML did to other help desks (dangers.md §5 C): one test for each advisory with a mail form.

Not applicable:

    osTicket CVE-2026-22200 (PDF export reads files)     nothing is rendered to PDF
"""

import socket

import pytest

from tests.channels.mail.reading import mail

HTML = "Content-Type: text/html; charset=utf-8\r\n"


def html(body):
    return mail(HTML, body)


@pytest.mark.parametrize("advisory", ["FreeScout CVE-2026-28289", "FreeScout CVE-2026-27636"])
@pytest.mark.parametrize("invisible", ["\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", " ", "\u202e"])
def test_a_name_is_cleaned_before_it_is_judged(advisory, invisible):
    """The check saw a harmless name, the file system `.htaccess`."""
    headers = "Content-Type: multipart/mixed; boundary=b\r\n"
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\noi\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="{invisible}.htaccess"\r\n\r\nx\r\n--b--'
    )
    (file,) = mail(headers, body).attachments

    assert file.name == "htaccess", advisory
    assert file.sha256 == mail(headers, body).attachments[0].sha256


@pytest.mark.parametrize(
    "advisory",
    ["osTicket CVE-2020-24881", "Zammad CVE-2021-42091", "Zammad CVE-2025-32358", "FreeScout CVE-2026-41905"],
)
def test_nothing_that_a_mail_names_is_fetched(monkeypatch, advisory):
    def never(*_words, **_options):
        raise AssertionError(f"a request left: {advisory}")

    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(socket, "getaddrinfo", never)
    found = html(
        '<p>oi</p><img src="http://169.254.169.254/latest"><link rel=stylesheet href="http://127.0.0.1/x.css">'
        '<iframe src="file:///etc/passwd"></iframe><style>@import url(http://[::ffff:127.0.0.1]/)</style>'
    )

    assert found.text == "oi"


@pytest.mark.parametrize(
    ("advisory", "body"),
    [
        ("django-helpdesk CVE-2021-3945", "<p>oi</p><svg><script>alert(1)</script></svg>"),
        ("django-helpdesk CVE-2021-3950", '<p>oi</p><a href="javascript:alert(1)">x</a>'),
        ("django-helpdesk CVE-2021-3994", '<p>oi</p><a href="java&#9;script:alert(1)">x</a>'),
        ("RT CVE-2022-25802", '<p>oi</p><img src=x onerror="alert(1)">'),
        ("FreeScout GHSA-jpq8-j69f-mj98", "<p>oi</p><scr<script>ipt>alert(1)</scr</script>ipt>"),
        ("Roundup CVE-2024-39124", '<p>oi</p><button formaction="javascript:alert(1)">x</button>'),
        (
            "Roundup CVE-2024-39125",
            '<p>oi</p><meta http-equiv=refresh content="0;url=javascript:alert(1)">',
        ),
        ("Roundup CVE-2024-39126", '<p>oi</p><object data="data:text/html,<script>alert(1)</script>"></object>'),
        ("Roundup CVE-2025-53865", "<p>oi</p><math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>"),
    ],
)
def test_what_is_kept_of_html_is_inert(advisory, body):
    found = html(body)

    kept = (found.html or "").lower().replace("&#9;", "").replace("\t", "")
    signs = ("<script", "javascript:", "onerror=", "formaction=", "http-equiv", "<object", "<svg", "<math")
    assert [sign for sign in signs if sign in kept] == [], advisory
    assert found.text.startswith("oi")
