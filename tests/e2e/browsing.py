"""Debian's Chromium before pages that embed the web chat of a real daemon.

    site.page(title="…")     a page in a browser of its own: a new visitor; the script tag gets these as data-…
    site.another(page)       a second window of the same browser

Every page has a Content Security Policy that allows the chat's script and connections and nothing else.
"""

import html
import http.server
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import sync_playwright

WHERE = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking")
PAGE = """\
<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>Loja</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; require-trusted-types-for 'script'; script-src {chat}; connect-src {chat}">
</head><body><h1>Loja Exemplo</h1><p><a href="#antes">antes</a></p>
<script src="{chat}/chat/{channel}/widget.js" {attributes}></script>
<p><a href="#depois">depois</a></p></body></html>
"""


@contextmanager
def pages(chat):
    """Pages at a port of their own, before the chat at `chat`. Yields their origin."""

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = dict(parse_qsl(urlsplit(self.path).query))
            channel, language = asked.pop("channel", "chat"), asked.pop("lang", "pt-BR")
            attributes = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in asked.items())
            body = PAGE.format(chat=chat, channel=channel, language=language, attributes=attributes).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium():
    found = next(filter(None, map(shutil.which, WHERE)), None)
    if found is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Site:
    """`complaints` is everything that pages said went wrong; `asked` every URL that they asked for."""

    browser: object
    origin: str
    complaints: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def page(self, *, origin=None, path="/", browser=None, **attributes):
        """`browser`: options of the browser, such as its viewport."""
        made = self.browser.new_context(**{"locale": "pt-BR", "timezone_id": "America/Sao_Paulo", **(browser or {})})
        made.set_default_timeout(15_000)
        return self._window(made, f"{origin or self.origin}{path}?{urlencode(attributes)}")

    def another(self, page):
        return self._window(page.context, page.url)

    def _window(self, context, url):
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.asked.append(f"{request.method} {request.url}"))
        page.goto(url)
        return page

    def _heard(self, message):
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


def opened(page):
    """The widget's window, open."""
    page.get_by_role("button", name="Abrir o chat").click()
    return page.get_by_role("dialog")


def say(page, words):
    box = page.get_by_role("dialog").get_by_role("textbox").last
    box.fill(words)
    box.press("Enter")


def heard(page, words):
    """Wait until somebody has said it."""
    page.get_by_role("log").get_by_text(words).first.wait_for()


def lines(page):
    """What the conversation shows, message by message, without the times."""
    return page.evaluate(
        """() => [...document.querySelector("[data-balcao]").shadowRoot.querySelectorAll(".message")]
             .map((one) => [one.className.split(" ")[1], one.querySelector(".words")?.textContent ?? ""])"""
    )
