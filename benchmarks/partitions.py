"""What the plan of docs/scale.md stands on, measured on PostgreSQL: `python -m benchmarks.partitions [--rows N]`.

attach    the journal's table as it is becomes the first partition by raw_id (which is a time): check, validate, swap
keys      dedup keys in a table of their own, partitioned by hash: bytes a key, inserts a second, with one that is known
counts    how long the daemon's figure of what is done takes, every 15 minutes (it is what the other fates leave of all)
drop      a month forgotten: one partition dropped, against the same rows deleted
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.scale import Postgres
from store.migrating import upgrade

FILL = """
INSERT INTO raw (raw_id, channel, dedup_key, received_at, size, fate, attempts, claimed_at, settled_at, tickets)
SELECT 1700000000000000000 + i::bigint * 1000000, 'email', 'email:' || md5(i::text),
       1700000000000000 + i::bigint * 1000, 4096,
       'done', 1, 0, 0, '[' || i || ']' FROM generate_series(1, {rows}) AS i
"""
SWAP = """
BEGIN;
ALTER TABLE raw RENAME TO raw_first;
CREATE TABLE raw (LIKE raw_first INCLUDING DEFAULTS) PARTITION BY RANGE (raw_id);
ALTER TABLE raw ATTACH PARTITION raw_first FOR VALUES FROM (MINVALUE) TO (1800000000000000000);
CREATE TABLE raw_next PARTITION OF raw FOR VALUES FROM (1800000000000000000) TO (1900000000000000000);
COMMIT
"""
KEYS = (
    "INSERT INTO raw_keys SELECT decode(md5(i::text), 'hex'), i FROM generate_series({first}, {last}) AS i "
    "ON CONFLICT DO NOTHING"
)


async def run(server: Postgres, rows: int) -> dict:
    async def timed(statement: str) -> float:
        begun = time.perf_counter()
        for one in statement.split(";\n"):
            await server.ask(one)
        return round(time.perf_counter() - begun, 3)

    async def at_once(statement: str) -> float:
        """Several statements as one message: one transaction holds them."""
        begun = time.perf_counter()
        await server.execute(statement)
        return round(time.perf_counter() - begun, 3)

    await upgrade(server.url, "journal")
    await timed(FILL.format(rows=rows))
    await timed("VACUUM ANALYZE raw")
    figures: dict[str, float] = {"rows": rows}
    figures["count_of_done_s"] = await timed("SELECT count(*) FROM raw")
    check = "ALTER TABLE raw ADD CONSTRAINT first CHECK (raw_id < 1800000000000000000) NOT VALID"
    figures["check_s"] = await timed(check)
    figures["validate_s"] = await timed("ALTER TABLE raw VALIDATE CONSTRAINT first")
    figures["swap_s"] = await at_once(SWAP)
    await timed("CREATE TABLE raw_keys (digest bytea PRIMARY KEY, raw_id bigint NOT NULL) PARTITION BY HASH (digest)")
    for part in range(16):
        values = f"FOR VALUES WITH (MODULUS 16, REMAINDER {part})"
        await timed(f"CREATE TABLE raw_keys_{part} PARTITION OF raw_keys {values}")
    taken = await timed(KEYS.format(first=1, last=rows))
    figures["keys_per_s"] = round(rows / taken)
    figures["keys_known_per_s"] = round(rows / await timed(KEYS.format(first=1, last=rows)))
    (size,) = await server.ask("SELECT sum(pg_total_relation_size(inhrelid)) AS n FROM pg_inherits "
                               "WHERE inhparent = 'raw_keys'::regclass")  # fmt: skip
    figures["bytes_per_key"] = round(int(size["n"]) / rows)
    figures["delete_s"] = await timed(f"DELETE FROM raw WHERE raw_id < {1700000000000000000 + rows * 500000}")
    figures["drop_s"] = await timed("DROP TABLE raw_first")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="balcao-partitions-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        server = Postgres(Path(name))
        server.start()
        try:
            asyncio.run(server.ask("CREATE DATABASE balcao", "postgres"))
            figures = asyncio.run(run(server, arguments.rows))
        finally:
            server.stop()
    print(json.dumps({"figure": "partitions", **figures, **machine()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
