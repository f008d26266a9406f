"""A text in pieces that a chat takes: cut between paragraphs, else lines, else words, else anywhere."""

from collections.abc import Iterator

_SEAMS = ("\n\n", "\n", " ")


def pieces(text: str, longest: int) -> Iterator[str]:
    """None longer than `longest` characters; white space at the seams goes, nothing else."""
    rest = text.strip()
    while len(rest) > longest:
        cut = next((at for seam in _SEAMS if (at := rest.rfind(seam, longest // 2, longest + 1)) > 0), longest)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest
