"""`balcao settings`: what editors need to know of balcao.yaml."""

from channels import KINDS, load_kind
from config.settings import settings_schema
from ingest.commands.shape import command, group
from ingest.commands.shell import Shell, print_json
from ingest.translations import N_

settings = group("settings", help=N_("Print the JSON Schema of the settings file."))


@command(
    settings,
    "schema",
    help=N_("Print the JSON Schema of the settings file, for editors."),
    example="balcao settings schema > balcao.schema.json",
)
def schema(shell: Shell) -> None:
    del shell
    print_json(settings_schema({kind: load_kind(kind).Options for kind in KINDS}))
