"""What lint found, by place, the worst told apart by colour."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console
from ingest.translations import N_, NN_, _, ngettext

SEVERITIES: Mapping[str, tuple[str, str]] = {
    "error": (N_("error"), "bold red"),
    "warning": (N_("warning"), "yellow"),
    "hint": (N_("hint"), "cyan"),
}
COUNTED: Mapping[str, tuple[str, str]] = {
    "error": NN_("%(count)d error", "%(count)d errors"),
    "warning": NN_("%(count)d warning", "%(count)d warnings"),
    "hint": NN_("%(count)d hint", "%(count)d hints"),
}


def show_findings(document: Mapping[str, Any]) -> None:
    """`document` is that of `balcao rules lint --json`."""
    out = console()
    for one in document["findings"]:
        name, style = SEVERITIES[one["severity"]]
        rule = f"{line(one['rule'])}: " if one["rule"] else ""
        text = Text(f"{line(one['file'])}:{one['line']}:{one['column']}: ").append(_(name), style=style)
        text.append(f"  {rule}{line(one['message'])}").append(f"  [{one['id']}]", style="dim")
        out.print(text, soft_wrap=True)
        for other in one["others"]:
            place = f"{line(other['file'])}:{other['line']}"
            out.print(Text(f"    {place}: {line(other['name'])}", style="dim"), soft_wrap=True)
    out.print(cell(_summary(document["findings"])))


def _summary(findings: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(one["severity"] for one in findings)
    told = [ngettext(*COUNTED[name], counts[name]) % {"count": counts[name]} for name in SEVERITIES if counts[name]]
    return ", ".join(told) or _("nothing to complain about")
