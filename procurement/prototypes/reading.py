"""A tree of a commit as git keeps it: its entries, its small texts, its commits. Nothing is run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from procurement.prototypes.git import GitFailed, run

LARGEST_TEXT = 512 * 1024
"""Files above this many bytes are named, not read."""
ALL_TEXTS = 24 * 1024 * 1024
"""So many bytes of files are read in all; what is beyond is said to be unread."""
MOST_FILES = 20_000
LINK, MODULE = "120000", "160000"


@dataclass(frozen=True)
class Entry:
    """A file, link or submodule of the tree: its path, its mode, its object, its bytes."""

    path: str
    mode: str
    sha: str
    size: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Commit:
    """A commit with the address of its author, and when it was committed."""

    sha: str
    author: str
    at: datetime


@dataclass
class Tree:
    """The files of one commit, and the texts that were read of them."""

    entries: list[Entry]
    texts: dict[str, str] = field(default_factory=dict)
    unread: list[Entry] = field(default_factory=list)
    binaries: list[Entry] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.mode not in (LINK, MODULE)]

    @property
    def modules(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.mode == MODULE]


def exists(store: Path, commit: str) -> bool:
    """Whether the store has the commit."""
    try:
        run(["cat-file", "-e", f"{commit}^{{commit}}"], at=store)
    except GitFailed:
        return False
    return True


def holds(store: Path, tip: str, commit: str) -> bool:
    """Whether a commit lies on the way to a tip: the tip itself, or one before it."""
    try:
        run(["merge-base", "--is-ancestor", commit, tip], at=store)
    except GitFailed:
        return False
    return True


def whole(store: Path, commit: str) -> None:
    """Raises GitFailed unless everything that the commit leads to is there and sound."""
    run(["rev-list", "--objects", "--quiet", commit], at=store)


def tree(store: Path, commit: str) -> Tree:
    """The tree of a commit, its small texts read. Raises GitFailed."""
    listed = run(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], at=store)
    entries = [_entry(row) for row in listed.split(b"\0") if row]
    if len(entries) > MOST_FILES:
        raise GitFailed("size", f"{len(entries)} files")
    found, wanted, spent = Tree(entries), [], 0
    for entry in sorted(entries, key=lambda entry: (entry.path.count("/"), entry.path)):
        if entry.mode == MODULE:
            continue
        if entry.size > LARGEST_TEXT or spent + entry.size > ALL_TEXTS:
            found.unread.append(entry)
            continue
        spent += entry.size
        wanted.append(entry)
    for entry, content in zip(wanted, _contents(store, wanted), strict=True):
        _sort_in(found, entry, content)
    return found


def _sort_in(found: Tree, entry: Entry, content: bytes) -> None:
    if entry.mode == LINK:
        found.links[entry.path] = content.decode(errors="replace")[:300]
    elif b"\0" in content[:8000]:
        found.binaries.append(entry)
    else:
        found.texts[entry.path] = content.decode(errors="replace")


def _entry(row: bytes) -> Entry:
    about, _tab, path = row.partition(b"\t")
    mode, _kind, sha, size = about.split()
    bytes_ = 0 if size == b"-" else int(size)
    return Entry(path.decode(errors="replace"), mode.decode(), sha.decode(), bytes_)


def _contents(store: Path, entries: Iterable[Entry]) -> list[bytes]:
    """The bytes of many objects, in their order, by one act of git."""
    rows = list(entries)
    asked = "".join(f"{entry.sha}\n" for entry in rows).encode()
    answer, found, at = run(["cat-file", "--batch"], at=store, stdin=asked), [], 0
    for entry in rows:
        end = answer.index(b"\n", at)
        head = answer[at:end].split()
        if head[1:2] != [b"blob"]:
            raise GitFailed("unreadable", f"{entry.path} is missing")
        size = int(head[2])
        found.append(answer[end + 1 : end + 1 + size])
        at = end + size + 2
    return found


def commits(store: Path, tip: str, most: int = 10_000) -> list[Commit]:
    """The commits that lead to a tip, the newest first, with authors as their addresses say."""
    answer = run(["log", f"--max-count={most}", "--format=%H%x00%ae%x00%ct", tip], at=store)
    found = []
    for line in answer.decode(errors="replace").splitlines():
        sha, author, stamp = [*line.split("\0"), "", ""][:3]
        found.append(Commit(sha, author.strip().lower(), _moment(stamp)))
    return found


def _moment(stamp: str) -> datetime:
    """A commit's own clock may say anything; what no calendar knows is the beginning of time."""
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def changed(store: Path, before: str, after: str) -> list[str]:
    """What changed between two commits, a line a file as `git diff --stat` counts it."""
    answer = run(["diff", "--no-ext-diff", "--no-textconv", "--no-color", "--numstat", "-z",
                  "--no-renames", before, after], at=store)  # fmt: skip
    return [row.decode(errors="replace").replace("\t", " ", 1).replace("\t", "  ", 1)
            for row in answer.split(b"\0") if row][:200]  # fmt: skip
