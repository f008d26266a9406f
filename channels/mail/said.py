"""What a branch of the tree of parts says, and which of two ways of saying it counts."""

import re
from dataclasses import dataclass, field

from channels.mail.html import text_from_html

_LONGEST_STUB = 400
_SPEAKS_OF_HTML = re.compile(r"\bhtml\b", re.IGNORECASE)
_SAYS_NOTHING = re.compile(r"[\s.,;:*_=|+~-]*")
_STUB_SAMPLE = 20_000


@dataclass(slots=True)
class Said:
    """`beside` is said in addition, whatever else is chosen."""

    plain: str = ""
    html: str = ""
    beside: list[str] = field(default_factory=list)

    @property
    def speaks(self) -> bool:
        return bool(self.plain.strip() or self.html.strip())

    @property
    def plain_counts(self) -> bool:
        """Whether the plain text says it, rather than only that the mail is to be read as HTML."""
        plain = self.plain.strip()
        if not plain or not self.html:
            return bool(plain)
        if len(plain) >= _LONGEST_STUB:
            return True
        return not (
            _SAYS_NOTHING.fullmatch(plain) or (_SPEAKS_OF_HTML.search(plain) and self._is_said_only_here(plain))
        )

    def _is_said_only_here(self, plain: str) -> bool:
        return " ".join(plain.split()) not in " ".join(text_from_html(self.html[:_STUB_SAMPLE]).split())
