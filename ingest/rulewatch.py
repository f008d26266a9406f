"""Whether the rule files have changed, and what everybody is told of it."""

from ingest.daemon import Daemon


async def look_at_rules(daemon: Daemon, *, anew: bool = False) -> None:
    """Take the rule file if its content is new; `anew`: in any case (SIGHUP)."""
    book = daemon.rulebook
    good = await (book.reload() if anew else book.reload_if_changed())
    if good is None:
        return
    daemon.metrics.rules_ok.set(good)
    daemon.metrics.rule_reloads.labels("accepted" if good else "refused").inc()
    if book.source is None:
        daemon.liveness.down("rules", book.problem)
    else:
        refused = f"the file on disk is refused: {book.problem}; in force: " if book.problem else ""
        daemon.liveness.up("rules", f"{refused}hash {book.source.hash}")
