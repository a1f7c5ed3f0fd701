"""Bringing a prototype for a bid: the bundle of a branch, made by the server on request."""

import shlex
import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from core.refusals import Refused
from procurement.prototypes import fetching, git, locating, reading


def command(branch: str) -> str:
    """The one command by which a bidder makes the bundle, as a shell takes it."""
    return f"git bundle create prototype.bundle {shlex.quote(branch or 'main')}"


def bundle_of(repository: str, branch: str, commit: str = "") -> tuple[str, bytes]:
    """Fetch a branch and return its newest commit with the bundle's bytes.

    Raises Refused with a sentence when the address is not visited, nothing answers, it takes too
    long or is too large, or the branch no longer leads to the commit that was named.
    """
    check_branch(branch)
    place = locating.repository(repository)
    try:
        with git.store() as store, tempfile.TemporaryDirectory(dir=git.workplace()) as folder:
            tip = fetching.from_repository(store, place, branch)
            if commit and not (reading.exists(store, commit) and reading.holds(store, tip, commit)):
                raise Refused(_("The branch does not lead to the commit that you named."))
            made = Path(folder) / "prototype.bundle"
            fetching.bundle(store, branch, made)
            return commit or tip, made.read_bytes()
    except git.GitFailed as failed:
        raise Refused(_sentence(failed.reason)) from failed


def check_branch(branch: str) -> str:
    """The name of a branch as git allows it; raises Refused otherwise."""
    if not fetching.BRANCH.fullmatch(branch):
        raise Refused(_("This is no name of a branch."))
    return branch


def check_commit(commit: str) -> str:
    """A whole commit name in small letters; raises Refused otherwise."""
    plain = commit.strip().lower()
    if not fetching.COMMIT.fullmatch(plain):
        raise Refused(_("Give the whole commit: 40 or 64 characters, 0–9 and a–f."))
    return plain


def _sentence(reason: str) -> str:
    return {
        "time": _("The repository took too long to answer; upload the bundle instead."),
        "size": _("The repository is too large; upload the bundle of a smaller branch."),
        "away": _("No such repository or branch answers; it must be readable by anybody."),
    }.get(reason, _("The repository cannot be read; upload the bundle instead."))
