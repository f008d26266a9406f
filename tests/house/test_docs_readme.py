"""README.md and README.pt-BR.md: what they say to type works, and shows what they say it shows."""

import re
import subprocess
from html import unescape

import pytest

from config.settings import load
from demo.traffic import STEPS
from ingest.wiring import build_channels
from tests.house.readme import ROOT, Block, Checkout, Terminal, blocks, restored, shows, steady, until

PAGES = {"README.md": "en", "README.pt-BR.md": "pt-BR"}
MARKS = r"run(: (daemon|until it shows|restore))?|shows|log|edit: \S+, .+|settings|not run: .+"
LINK = re.compile(r"\]\(((?!https?://|#)[^)]+)\)")


class Session:
    """Carries out the blocks of a page from top to bottom and keeps what was not as promised."""

    def __init__(self, checkout, elsewhere, language):
        self.checkout = checkout
        self.elsewhere = elsewhere
        self.language = language
        self.terminal = None
        self.complaints = []
        self.edited = 0
        """How much the daemon had written when a file was edited last."""

    def go_through(self, page):
        listed = blocks(page)
        for block, following in zip(listed, [*listed[1:], Block("", "", "")], strict=True):
            promised = following.content if following.mark == "shows" else None
            kind, _, what = block.mark.partition(": ")
            if kind == "run":
                self.run(block, what, promised)
            elif kind == "log":
                self.expect(lambda: self.terminal.written[self.edited :], block.content)
            elif kind == "edit":
                self.edited = len(self.terminal.written)
                self.checkout.edit(what, block.content)
            elif kind == "settings":
                self.read(block)

    def run(self, block, how, promised):
        if how == "daemon":
            self.checkout.prepare()
            self.terminal = Terminal(self.checkout, block.content.strip())
            self.expect(lambda: self.terminal.written, promised)
            return
        where = restored(self.checkout, self.elsewhere, self.language) if how == "restore" else self.checkout
        got = ""

        def as_promised():
            nonlocal got
            try:
                got = where.run(block.content)
            except subprocess.CalledProcessError as error:
                got = f"exit {error.returncode}: {error.stdout.decode()}"
                return False
            return promised is None or shows(got, promised, anywhere="…" in promised)

        met = until(as_promised) if how == "until it shows" else as_promised()
        if not met:
            self.complaints.append(f"$ {block.content}{got}")

    def expect(self, written, promised):
        """`promised` is somewhere in what a terminal shows, sooner or later."""
        if not until(lambda: shows(written(), promised, anywhere=True)):
            self.complaints.append(f"not shown:\n{promised}\nbut:\n{written()}")

    def read(self, block):
        path = self.checkout.folder / "part.yaml"
        path.write_text(f"version: 1\n{block.content}", encoding="utf-8")
        build_channels(load(path), reveal=lambda _: "whsec_" + "a" * 32)

    def close(self):
        if self.terminal:
            self.terminal.stop()


@pytest.mark.e2e
@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_says_is_what_happens(page, tmp_path):
    checkout, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    checkout.mkdir()
    elsewhere.mkdir()
    session = Session(Checkout(checkout, PAGES[page]), elsewhere, PAGES[page])
    try:
        session.go_through(page)
    finally:
        session.close()

    assert "\n".join(session.complaints) == ""


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_is_to_be_made_of_it(page):
    assert [block.content for block in blocks(page) if not re.fullmatch(MARKS, block.mark)] == []


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "CHANGELOG.md", "docs/operations.md"])
def test_links_lead_somewhere(page):
    folder = (ROOT / page).parent
    targets = [target.partition("#")[0] for target in LINK.findall((ROOT / page).read_text(encoding="utf-8"))]

    assert [target for target in targets if not (folder / target).exists()] == []


def test_both_languages_tell_the_same():
    """The same blocks in the same order; words, dates and headings differ."""
    first, second = (blocks(page) for page in PAGES)

    assert [(block.mark.partition(":")[0], block.language) for block in first] == [
        (block.mark.partition(":")[0], block.language) for block in second
    ]


def test_what_differs_between_runs_is_not_compared():
    written = "1  Baixa   2026-11-22 03:57  a@b\n18ea4bb34430ac1e49101c37 70 tests pass"

    assert steady(written) == steady("1 Baixa 2027-01-02 13:00 a@b \n   28ea4bb34430ac1e49101c37 71 tests pass")
    assert shows(written, "1 Baixa 2027-01-02 13:00 …", anywhere=True)
    assert not shows(written, "1 Alta 2027-01-02 13:00 …", anywhere=True)
    assert not shows(written, "1 Baixa 2027-01-02 13:00 a@b")


def test_the_picture_is_of_the_demo_as_it_is_and_fetches_nothing():
    """`make picture` draws it anew."""
    drawn = unescape((ROOT / "docs/pictures/demo.svg").read_text(encoding="utf-8")).replace("\u00a0", " ")
    words = {word for step in STEPS for word in step.name.split()}

    assert [word for word in sorted(words) if word not in drawn] == []
    interactions = len(STEPS) + ("(IMAP)" in drawn)  # one more where Dovecot was there when it was drawn
    assert f"Tudo como esperado: {interactions} interações" in drawn
    assert re.findall(r"url\((?!#)|href|<script|@font-face", drawn) == []
