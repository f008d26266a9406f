"""Fields of forms and XML, where a name may come several times."""

from typing import Any


def put(fields: dict[str, Any], name: str, value: Any) -> None:
    """Under its name; from the second one on in a list."""
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]
