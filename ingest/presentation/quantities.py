"""Quantities as their reader writes them: `12,3 MB` and `0,5%` in Portuguese, `12.3 MB` and `0.5%` in English."""

from ingest.translations import ENGLISH, language


def decimal(value: float) -> str:
    """With one place behind the point, or the comma."""
    english = f"{value:.1f}"
    return english if language() == ENGLISH else english.replace(".", ",")


def percent(share: float) -> str:
    return decimal(share * 100).removesuffix("0").rstrip(".,") + "%"


def size_words(size: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{decimal(size / factor)} {unit}"
    return f"{size} B"
