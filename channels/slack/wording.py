"""Slack's text as people read it.

<@U024BE7LH> · <@U024BE7LH|ana>      @U024BE7LH · @ana
<#C024BE7LR|geral> · <!here>         #geral · @here
<https://exemplo.com|aqui>           aqui (https://exemplo.com)
&lt; &gt; &amp;                      < > &
"""

import re

_MARK = re.compile(r"<([^<>\s][^<>]{0,3000})>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SIGNS = {"@": "@", "#": "#", "!": "@"}


def plain(text: str) -> str:
    readable = _MARK.sub(_mark, text)
    for entity, char in _ENTITIES:
        readable = readable.replace(entity, char)
    return readable


def escaped(text: str) -> str:
    """Our words for Slack: nothing in them calls anybody or becomes a link by its spelling."""
    for entity, char in reversed(_ENTITIES):
        text = text.replace(char, entity)
    return text


def _mark(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    sign = _SIGNS.get(target[:1])
    if sign is not None:
        return sign + (label or target[1:].split("^")[0]).removeprefix(sign)
    shown = target.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({shown})" if label and label != shown else shown
