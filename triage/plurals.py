"""The other number of a word: `nota~` stands for nota and notas, `cartão~` for cartão and cartões.

Works on folded words, in Portuguese and English at once, both ways. What ends alike may have several plurals
(pão, mão, limão), so all forms are given: those that are no words occur in no text.

    ão → ãos ões ães · al el ol ul → ais eis ois uis · il → is eis · m → ns · r s z n → res ses zes nes · x → x
    city → cities · box, branch → boxes, branches · knife → knives · person → people        else → + s
"""

_IRREGULAR = (
    ("person", "people"),
    ("child", "children"),
    ("man", "men"),
    ("woman", "women"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("mouse", "mice"),
    ("goose", "geese"),
    ("datum", "data"),
    ("medium", "media"),
    ("analysis", "analyses"),
    ("qualquer", "quaisquer"),
    ("mal", "males"),
)
_ENDINGS = (
    ("ao", ("oes", "aes", "aos")),
    ("al", ("ais",)),
    ("el", ("eis",)),
    ("ol", ("ois",)),
    ("ul", ("uis",)),
    ("il", ("is", "eis")),
    ("m", ("ns",)),
    ("r", ("res",)),
    ("z", ("zes",)),
    ("s", ("ses",)),
    ("n", ("nes",)),
    ("x", ("xes",)),
    ("ch", ("ches",)),
    ("sh", ("shes",)),
    ("o", ("oes",)),
    ("fe", ("ves",)),
    ("f", ("ves",)),
    ("y", ("ies",)),
)
"""Singular ending and what it becomes."""
_NO_PLAIN_S = frozenset("szx")
"""After any other letter a plural may just add an s."""
_SHORTEST = 2
_VOWELS = frozenset("aeiou")


def numbers_of(word: str) -> frozenset[str]:
    """`word` itself, with its singulars and plurals. Both the singulars' other plurals and the word stand."""
    singulars = _singulars(word) or {word}
    return frozenset({word, *singulars, *(plural for singular in (*singulars, word) for plural in _plurals(singular))})


def _plurals(word: str) -> set[str]:
    found = {plural for singular, plural in _IRREGULAR if word == singular}
    if len(word) < _SHORTEST or found:
        return found
    found |= {word[: -len(end)] + plural for end, plurals in _ENDINGS if _ends(word, end) for plural in plurals}
    if word[-1] not in _NO_PLAIN_S:
        found.add(word + "s")
    return found


def _singulars(word: str) -> set[str]:
    found = {singular for singular, plural in _IRREGULAR if word == plural}
    if found or len(word) <= _SHORTEST or not word.endswith("s"):
        return found
    for end, plurals in _ENDINGS:
        for plural in plurals:
            stem = word[: -len(plural)]
            if _ends(word, plural) and _ends(stem + end, end):
                found.add(stem + end)
    if word[-2:-1] not in _NO_PLAIN_S:
        found.add(word[:-1])
    return found


def _ends(word: str, end: str) -> bool:
    """Whether `word` has this ending after at least one letter (`-y` after a consonant)."""
    if not word.endswith(end) or len(word) <= len(end):
        return False
    return end != "y" or word[-2] not in _VOWELS
