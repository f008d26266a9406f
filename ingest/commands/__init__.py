"""The commands of `balcao`, one file per group; each is imported when it is asked for.

The table holds what `--help` shows, so that a list of commands imports none of them.
"""

from ingest.translations import N_

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("ingest.commands.setup:init", N_("Write balcao.yaml and rules.yaml to start from.")),
    "check": ("ingest.commands.check:check", N_("Check settings, rules and the rules' own tests.")),
    "run": ("ingest.commands.daemon:run", N_("Start the daemon.")),
    "status": ("ingest.commands.status:status", N_("Show channels, journal, outbox and rules.")),
    "tickets": (
        "ingest.commands.tickets:tickets",
        N_("List, show, answer, annotate, export, move and verify tickets."),
    ),
    "contacts": ("ingest.commands.contacts:contacts", N_("List, show, merge, split, export and erase contacts.")),
    "incidents": ("ingest.commands.incidents:incidents", N_("What monitoring tells, with and without tickets.")),
    "journal": ("ingest.commands.journal:journal", N_("Look at what was received; retry or discard it.")),
    "store": (
        "ingest.commands.store:store",
        N_("Attachments: verify, clean up, move."),
    ),
    "backup": ("ingest.commands.backup:backup", N_("Copy everything while the daemon runs, and put it back.")),
    "decode": ("ingest.commands.decode:decode", N_("Show what a channel reads out of a captured payload.")),
    "rules": ("ingest.commands.rules:rules", N_("Check, test and explain the rule file.")),
    "settings": ("ingest.commands.settings:settings", N_("Print the JSON Schema of the settings file.")),
    "db": ("ingest.commands.setup:db", N_("Create or migrate the databases.")),
}
