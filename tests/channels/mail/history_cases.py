"""Cases of quoted history: files below `history/`, one mail each.

Subject: RES: Boleto      header lines: Subject; Refers: yes (it has In-Reply-To); Sender: the name in From
=== text                  its plain part, if any
=== html                  its HTML part, if any
=== new                   what its writer added; `*` for all of it
"""

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

FOLDER = Path(__file__).parent / "history"
_ALL = "*"


@dataclass(frozen=True)
class Case:
    name: str
    headers: dict[str, str]
    parts: dict[str, str]

    @property
    def subject(self) -> str:
        return self.headers.get("Subject", "")

    @property
    def new(self) -> str | None:
        """None: all of it."""
        return None if self.parts["new"].strip() == _ALL else self.parts["new"].strip()

    def mail(self) -> bytes:
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = f"{self.headers.get('Sender', 'Davi Nunes')} <davi@cliente.example>"
        message["To"] = "suporte@exemplo.com"
        message["Date"] = "Mon, 02 Mar 2026 11:00:00 -0300"
        message["Message-ID"] = "<1@cliente.example>"
        message["Subject"] = self.subject
        if self.headers.get("Refers") == "yes":
            message["In-Reply-To"] = "<0@exemplo.com>"
        if "text" in self.parts:
            message.set_content(self.parts["text"])
            if "html" in self.parts:
                message.add_alternative(self.parts["html"], subtype="html")
        else:
            message.set_content(self.parts["html"], subtype="html")
        return message.as_bytes()


def cases() -> list[Case]:
    return [_read(path) for path in sorted(FOLDER.glob("*.case"))]


def _read(path: Path) -> Case:
    head, *sections = path.read_text(encoding="utf-8").split("\n=== ")
    headers = dict(line.split(": ", 1) for line in head.split("\n") if ": " in line)
    parts = dict(section.split("\n", 1) for section in sections)
    return Case(path.stem, headers, parts)
