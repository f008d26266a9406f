"""What `<style>` says about being seen, written into the elements it speaks of, in front of their own style.

Simple rules only: tag, class, id and attribute selectors, and what descends from them. Rules for some screens only
(`@media`) do not say what everybody sees and are left out. Who hides words by cleverer means is not helped by it:
then they are read, as by anybody whose mail program ignores the rule.
"""

import re

from selectolax.lexbor import LexborHTMLParser

MAX_RULES = 300
MAX_SHEET = 100_000
MAX_WRITTEN = 5_000
MAX_MATCHES = 400_000
"""Rules times elements; a page of very many elements has fewer of its rules looked at."""
_LONGEST_DECLARED = 200
_COMMENT = re.compile(r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?+|<!--|-->")
_RULE = re.compile(r"(?:(?<=[{}])|\A)([^{}]*+)\{([^{}]*+)\}")
_SELECTOR = re.compile(r"(?!\*)[\w.#\-\[\]=\"']{1,80}(?:(?:\s*>\s*|\s+)[\w.#\-\[\]=\"']{1,80})?")
_TELLING = re.compile(
    r"(?:^|;)\s*(display|visibility|opacity|font-size|color|background|background-color|background-image|position|left"
    r"|top|right|bottom|text-indent|margin-left|overflow|width|height|max-width|max-height|clip|transform)\s*:\s*([^;]+)",
    re.IGNORECASE,
)


def write_styles(tree: LexborHTMLParser) -> None:
    """Change `tree` so that every element carries what its sheets say about its being seen."""
    sheets = "\n".join(node.text() for node in tree.css("style"))[:MAX_SHEET]
    if not sheets.strip():
        return
    written = 0
    most = min(MAX_RULES, MAX_MATCHES // (len(tree.css("*")) + 1))
    for selector, declared in _rules(sheets, most):
        for node in tree.css(selector):
            if node.tag in {"style", "head", "html"} or written >= MAX_WRITTEN:
                continue
            written += 1
            node.attrs["style"] = f"{declared};{node.attributes.get('style') or ''}"


def _rules(sheets: str, most: int) -> list[tuple[str, str]]:
    """Later rules come first: each is written in front of those before it, and of two the last counts."""
    found: list[tuple[str, str]] = []
    for match in _RULE.finditer(_without_conditions(_COMMENT.sub(" ", sheets))):
        selectors, body = match[1].strip(), match[2]
        declared = ";".join(f"{name}:{value.strip()}" for name, value in _TELLING.findall(body))[:_LONGEST_DECLARED]
        if declared and not selectors.startswith("@"):
            simple = [part.strip() for part in selectors.split(",") if _SELECTOR.fullmatch(part.strip())]
            found.extend((part, declared) for part in simple)
        if len(found) >= most:
            break
    return found[:most][::-1]


def _without_conditions(sheets: str) -> str:
    """Without `@media … { … }` and its like, whose braces hold rules."""
    kept = []
    depth = start = 0
    conditional = False
    for brace in re.finditer(r"@(?:media|supports|font-face|keyframes|-\w+-keyframes)|[{}]", sheets):
        sign = brace[0]
        if sign.startswith("@"):
            if not conditional:
                kept.append(sheets[start : brace.start()])
                conditional, depth = True, 0
        elif conditional:
            depth += 1 if sign == "{" else -1
            if depth <= 0:
                conditional, start = False, brace.end()
    if not conditional:
        kept.append(sheets[start:])
    return "".join(kept)
