"""A neutral copy of a prototype for the panel: its files, and its commits with authors as numbers.

Links are written down as text, so that unpacking follows none.
"""

import io
import tarfile
import zipfile
from pathlib import Path

from procurement.prototypes.git import run
from procurement.prototypes.reading import commits

STAMP = (2020, 1, 1, 0, 0, 0)
LARGEST_FILE = 20 * 1024 * 1024
COMMITS = "COMMITS.txt"


def copy(store: Path, commit: str) -> bytes:
    """The neutral copy as a ZIP, the same bytes for the same commit. Raises GitFailed."""
    packed, made = run(["archive", "--format=tar", commit], at=store), io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(packed)) as tar,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in tar:
            name = member.name
            if member.issym():
                _write(target, f"{name}.link.txt", member.linkname.encode())
            elif member.isfile() and member.size <= LARGEST_FILE and safe(name):
                content = tar.extractfile(member)
                _write(target, name, content.read() if content else b"")
        _write(target, COMMITS, log(store, commit).encode())
    return made.getvalue()


def safe(name: str) -> bool:
    """Whether a name stays below the folder in which the copy is unpacked."""
    parts = name.split("/")
    return not name.startswith("/") and ".." not in parts and "\\" not in name and ":" not in name


def log(store: Path, commit: str) -> str:
    """The commits, the oldest first: when, by which number of author."""
    rows = list(reversed(commits(store, commit)))
    numbers: dict[str, int] = {}
    lines = []
    for row in rows:
        number = numbers.setdefault(row.author, len(numbers) + 1)
        lines.append(f"{row.sha} {row.at:%Y-%m-%dT%H:%M:%SZ} author {number}")
    return "\n".join(lines) + "\n"


def _write(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    target.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
