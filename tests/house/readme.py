"""The blocks of a page that are marked for the test, and a checkout in which they are carried out.

<!-- run -->                    the commands of the block succeed
<!-- run: until it shows -->    again and again, until the next block is what they show
<!-- run: daemon -->            started once; the session goes on beside it
<!-- run: restore -->           in an empty checkout that holds only the backup
<!-- shows -->                  what the block before it shows (beginning with, for a daemon or a status)
<!-- log -->                    a line that the daemon writes
<!-- edit: FILE, WHERE -->      put into FILE, `below "line"` or `at the end`
<!-- settings -->               a part of balcao.yaml that is read without a mistake
<!-- not run: WHY -->           nothing is done
"""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"(?:<!-- (?P<mark>[^\n]+?) -->\n)?```(?P<language>\w*)\n(?P<content>.*?)```", re.DOTALL)
OWN = {".git", ".venv", "var", "balcao.yaml", "rules.yaml"}
PORTS = ("8025", "8080", "8081")
PATIENCE = 30.0
COLUMNS = "130"
STEADY = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}-\d\d-\d\d \d\d:\d\d|\d\d/\d\d/\d{4} \d\d:\d\d"), "WHEN"),
    (re.compile(r"\d+ (?:second|minute)s? ago|há \d+ (?:segundo|minuto)s?"), "WHEN"),
    (re.compile(r"Date: [^\n]+"), "Date: WHEN"),
    (re.compile(r"\+[a-z2-7]{32}@"), "+TOKEN@"),
    (re.compile(r"\b[0-9a-f]{24}\b|\b[0-9a-f]{16}\b"), "ID"),
    (re.compile(r"\b\d+ (tests|testes|rules|regras)\b"), r"N \1"),
    (re.compile(r"─+"), "─"),
    (re.compile(r"[ \t]+"), " "),
    (re.compile(r" ?\r?\n\s*"), "\n"),
)


@dataclass(frozen=True)
class Block:
    mark: str
    language: str
    content: str


def blocks(page):
    found = BLOCK.finditer((ROOT / page).read_text(encoding="utf-8"))
    return [Block(one["mark"] or "", one["language"], one["content"]) for one in found]


def steady(text):
    """`text` without what differs from run to run and without the width of columns."""
    for pattern, replacement in STEADY:
        text = pattern.sub(replacement, text)
    return text.strip()


def shows(got, expected, *, anywhere=False):
    pattern = ".*?".join(map(re.escape, steady(expected).split("…")))
    found = re.search(pattern, steady(got), re.DOTALL)
    return bool(found) and (anywhere or steady(got) == found[0])


class Checkout:
    """A folder with everything a clone holds, an environment that is ready, and free ports for the fixed ones."""

    def __init__(self, folder, language):
        self.folder = folder
        for path in ROOT.iterdir():
            if path.name not in OWN:
                (folder / path.name).symlink_to(path)
        (folder / ".venv").mkdir()
        for name in ("bin", "lib", "pyvenv.cfg"):
            (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
        (folder / ".venv" / ".runtime").touch()
        self.ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        self.environment = {key: value for key, value in os.environ.items() if key not in {"MAKEFLAGS", "NO_COLOR"}} | {
            "BALCAO_LANG": language,
            "COLUMNS": COLUMNS,
            "TERM": "xterm",
        }

    def prepare(self):
        """What the first start would write, with our ports."""
        subprocess.run([".venv/bin/balcao", "init", "."], cwd=self.folder, env=self.environment, check=True)
        config = self.folder / "balcao.yaml"
        config.write_text(self.to_ours(config.read_text(encoding="utf-8")), encoding="utf-8")

    def to_ours(self, text):
        for port, ours in self.ports.items():
            text = text.replace(f":{port}", f":{ours}")
        return text

    def to_theirs(self, text):
        for port, ours in self.ports.items():
            text = text.replace(f":{ours}", f":{port}")
        return text

    def run(self, commands):
        """Standard output and error together. Raises CalledProcessError."""
        done = subprocess.run(
            ["sh", "-e", "-c", self.to_ours(commands)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=True,
        )
        return self.to_theirs(done.stdout.decode())

    def edit(self, where, text):
        name, _, place = where.partition(", ")
        file = self.folder / name
        before = file.read_text(encoding="utf-8")
        if place == "at the end":
            after = before.rstrip("\n") + "\n\n" + text
        else:
            line = re.fullmatch(r'below "(.+)"', place)[1]
            head, tail = re.split(rf"(?<=\n){re.escape(line)}\n", before)
            after = f"{head}{line}\n{text}{tail}"
        file.write_text(after, encoding="utf-8")


class Terminal:
    """A program on a terminal of its own, and everything it has written there."""

    def __init__(self, checkout, commands):
        primary, secondary = pty.openpty()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 250, 0, 0))
        environment = {key: value for key, value in checkout.environment.items() if key != "COLUMNS"}
        self._checkout = checkout
        self._process = subprocess.Popen(
            ["sh", "-c", f"exec {commands}"], cwd=checkout.folder, env=environment,
            stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True,
        )  # fmt: skip
        os.close(secondary)
        self._written = b""
        self._reader = threading.Thread(target=self._read, args=(primary,))
        self._reader.start()

    def _read(self, primary):
        while self._process.poll() is None:
            if select.select([primary], [], [], 0.1)[0]:
                try:
                    self._written += os.read(primary, 65536)
                except OSError:  # Linux says EIO when the other side is closed
                    break
        os.close(primary)

    @property
    def written(self):
        return self._checkout.to_theirs(self._written.decode(errors="replace"))

    def stop(self):
        """Ctrl-C."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
        try:
            self._process.wait(30)
        finally:
            self._reader.join()


def until(condition):
    """Whether `condition()` became true in time."""
    end = time.monotonic() + PATIENCE
    while not (true := condition()) and time.monotonic() < end:
        time.sleep(0.2)
    return true


def restored(checkout, folder, language):
    """An empty checkout with the backup of another."""
    other = Checkout(folder, language)
    shutil.copytree(checkout.folder / "backup", folder / "backup")
    return other
