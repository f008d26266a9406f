"""A fresh house for each attack; its databases are copied from ones that were migrated once."""

import asyncio

import pytest

from store.migrating import upgrade
from tests.pipeline import house_in


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """kind → an empty, migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    paths = {kind: folder / f"{kind}.db" for kind in ("journal", "desk")}
    for kind, path in paths.items():
        asyncio.run(upgrade(f"sqlite:///{path}", kind))
    return paths


@pytest.fixture
async def house(tmp_path, migrated):
    async with house_in(tmp_path, templates=migrated) as made:
        yield made
