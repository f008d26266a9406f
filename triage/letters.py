"""What customers are told, from sandboxed templates. Customer text is never a template's source or value.

Templates are named `<language>/<letter>[.<department>].<part>`; the department's own wins over the general
one, and the usual letter stands in for what a letter that a rule chose does not have. Parts: `subject.txt`,
`body.txt`, `body.html`. Reading the files is the caller's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

USUAL = "acknowledgement"
"""The letter that is sent where no rule chooses another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    subject: str
    text: str
    html: str


class Letters:
    """Templates by name, compiled once. Raises `jinja2.TemplateError` at construction for a broken one."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)),
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # Templates need none of Jinja's functions, and merging them in costs two thirds of a rendering.
        self._environment.globals.clear()
        self._names = tuple(templates)
        self._find = lru_cache(maxsize=256)(self._template)
        for name in templates:
            self._environment.get_template(name)

    def names(self, language: str) -> list[str]:
        """The letters that have templates of their own."""
        pieces = [name.removeprefix(f"{language}/") for name in self._names if name.startswith(f"{language}/")]
        return sorted({piece.partition(".")[0] for piece in pieces})

    def letter(self, language: str, letter: str, department: str, values: Mapping[str, object]) -> Letter:
        """`values`: ticket (int), department (display name), organisation, questions and solutions (text, link)."""
        subject, text, html = (
            self._find(language, letter, department, part).render(values)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        return Letter(subject=" ".join(subject.split()), text=text.strip() + "\n", html=html.strip() + "\n")

    def _template(self, language: str, letter: str, department: str, part: str) -> Template:
        letters = dict.fromkeys((letter, USUAL))
        names = [name for one in letters for name in (f"{one}.{department}.{part}", f"{one}.{part}")]
        return self._environment.select_template([f"{language}/{name}" for name in names])


__all__ = ["Letter", "Letters", "TemplateError"]
