"""Examining a prototype as it was handed in: its bundle, its repository, its facts; never fatal.

Whatever a repository does (it is gone, rewritten, 2 GB large, full of links out of its tree)
becomes a trouble or a fact that the panel reads, and nothing more.
"""

from dataclasses import dataclass, field
from pathlib import Path

from core.refusals import Refused
from procurement.prototypes import facts, fetching, git, locating, reading
from procurement.prototypes.facts import Fact, Window


@dataclass(frozen=True)
class Claimed:
    """What a bid says of its prototype: repository, branch, commit, and the bundle that it brought.

    `bundle` is a file, or None where the bid brought none.
    """

    repository: str
    branch: str
    commit: str
    bundle: Path | None = None


@dataclass
class Examined:
    """What was found: facts, and where the bundle or the repository differ from what was said."""

    facts: list[Fact] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    tip: str = ""
    read: bool = False


TROUBLE = (
    "no_bundle", "bundle_time", "bundle_size", "bundle_unreadable", "commit_not_in_bundle",
    "repository_refused", "repository_away", "repository_time", "repository_size",
    "repository_unreadable", "commit_not_in_repository", "commits_after", "tree_time", "tree_size",
    "tree_unreadable",
)  # fmt: skip
"""The words for what may be wrong; `procurement.prototypes.wording` says them to people."""


def examine(claimed: Claimed, window: Window | None, *, visit: bool = True) -> Examined:
    """Check the bundle against what the bid says, then the repository, and gather facts.

    Facts are read from the bundle alone: what a repository shows later changes none of them.
    """
    found = Examined()
    with git.store() as store:
        if _bundle(found, store, claimed):
            _facts(found, store, claimed.commit, window)
    if visit and claimed.repository:
        with git.store() as store:
            _repository(found, store, claimed)
    return found


def _bundle(found: Examined, store: Path, claimed: Claimed) -> bool:
    """Bring the bundle in; whether it holds the commit whole."""
    if claimed.bundle is None:
        found.trouble.append("no_bundle")
        return False
    try:
        fetching.from_bundle(store, claimed.bundle)
        if not reading.exists(store, claimed.commit):
            found.trouble.append("commit_not_in_bundle")
            return False
        reading.whole(store, claimed.commit)
    except git.GitFailed as failed:
        found.trouble.append(f"bundle_{failed.reason}")
        return False
    return True


def _facts(found: Examined, store: Path, commit: str, window: Window | None) -> None:
    try:
        tree, commits = reading.tree(store, commit), reading.commits(store, commit)
    except git.GitFailed as failed:
        found.trouble.append(f"tree_{failed.reason}")
        return
    found.facts, found.read = facts.gather(tree, commits, window), True


def _repository(found: Examined, store: Path, claimed: Claimed) -> None:
    """Whether the repository still shows the commit on its branch, and what came after it."""
    try:
        place = locating.repository(claimed.repository)
        found.tip = fetching.from_repository(store, place, claimed.branch)
    except Refused:
        found.trouble.append("repository_refused")
    except git.GitFailed as failed:
        found.trouble.append(f"repository_{failed.reason}")
    else:
        if not reading.exists(store, claimed.commit) or not reading.holds(
            store, found.tip, claimed.commit
        ):
            found.trouble.append("commit_not_in_repository")
        elif found.tip != claimed.commit:
            found.trouble.append("commits_after")
