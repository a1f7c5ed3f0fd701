"""`make bench`: measure on SQLite and PostgreSQL, print the ratios, keep them in latest.json.

PostgreSQL is reached by BENCH_POSTGRES (default: postgres@127.0.0.1, database compuerta_bench).
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

HERE = Path(__file__).resolve().parent
DEFAULT = "postgres://postgres@127.0.0.1:5432/compuerta_bench"


def fresh_postgresql(url: str) -> bool:
    """Empty the database of that address; False where no server answers."""
    base, _slash, name = url.rpartition("/")
    try:
        with psycopg.connect(f"{base}/postgres", autocommit=True, connect_timeout=3) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.OperationalError:
        return False
    return True


def measured(url: str) -> dict[str, Any]:
    """What `measure.py` finds on that database."""
    environment = {**os.environ, "COMPUERTA_MODE": "demo", "DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, str(HERE / "measure.py")], env=environment, stdout=subprocess.PIPE,
        check=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    file = HERE.parent / "var" / "bench.sqlite3"
    for old in file.parent.glob("bench.sqlite3*"):
        old.unlink()
    results = {"python": platform.python_version(), "cores": os.cpu_count(), "databases": []}
    results["databases"].append(measured(f"sqlite:///{file}"))
    url = os.environ.get("BENCH_POSTGRES", DEFAULT)
    if fresh_postgresql(url):
        results["databases"].append(measured(url))
    else:
        print("PostgreSQL does not answer: only SQLite was measured.", file=sys.stderr)
    (HERE / "latest.json").write_text(json.dumps(results, indent=1) + "\n")
    for found in results["databases"]:
        print(told(found))


def told(found: dict[str, Any]) -> str:
    """The ratios of one database in a few lines."""
    lines = [f"{found['vendor']}: times of a bare Django view (list, locked step, bulk insert)"]
    for size, by_page in found["pages"].items():
        ratios = ", ".join(f"{name} {row['ratio']}×" for name, row in by_page.items())
        lines.append(f"  {int(size):>7,} rows: {ratios}")
    growth = ", ".join(f"{name} {ratio}×" for name, ratio in found["growth"].items())
    lines.append(f"  100,000 against 1,000 rows: {growth}")
    lines.append(f"  step {found['step']['ratio']}×, import {found['import']['ratio']}×")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
