"""Lines that a mail program broke for the width of a screen, put together again (RFC 3676).

A line that ends with a space goes on in the next of the same quotation depth; with DelSp the space itself is no part
of the text. A space at the beginning was put there to protect the line. `-- ` is a signature's mark and stays.
"""

_SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    lines: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        flows = words.endswith(" ") and words != _SIGNATURE
        body = words[:-1] if flows and delete_space else words
        if open_depth == depth and words != _SIGNATURE:
            lines[-1].append(body)
        else:
            lines.append([f"{'>' * depth} {body}" if depth else body])
        open_depth = depth if flows else None
    return "\n".join(map("".join, lines))
