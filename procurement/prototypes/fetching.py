"""Bringing a prototype's history into a store: from the bundle of a bid, or from its repository."""

import re
from pathlib import Path

from procurement.prototypes.git import GitFailed, Limits, run
from procurement.prototypes.locating import Place

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
BRANCH = re.compile(
    r"(?!/|-|\.)(?!.*(\.\.|//|@\{|\\))[^\x00-\x20~^:?*\[\x7f]{1,200}(?<![./])(?<!\.lock)"
)
SIGNATURE = (b"# v2 git bundle\n", b"# v3 git bundle\n")
LONGEST_REF = 4096
DEEPEST = 10_000
"""More commits than this are no prototype's history."""
FETCH, LOOK = Limits(), Limits(seconds=30)
QUIET = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"]


def from_bundle(store: Path, bundle: Path) -> list[str]:
    """Bring a bundle into a store; the tips of its branches. Raises GitFailed.

    A bundle that needs commits which it does not carry is refused: it would not stand alone.
    """
    with bundle.open("rb") as file:
        if file.readline(100) not in SIGNATURE:
            raise GitFailed("unreadable", "no bundle of git")
        for line in file:
            if line.startswith(b"-"):
                raise GitFailed("unreadable", "the bundle needs commits that it does not carry")
            if not line.strip() or len(line) > LONGEST_REF:
                break
    run(["fetch", *QUIET, str(bundle.resolve()), "+refs/*:refs/bundle/*"], at=store,
        settings=["protocol.file.allow=always"])  # fmt: skip
    answer = run(["for-each-ref", "--format=%(objectname)", "refs/bundle/"], at=store)
    return answer.decode().split()


def from_repository(store: Path, place: Place, branch: str, limits: Limits = FETCH) -> str:
    """Bring a branch of a repository into a store; its newest commit. Raises GitFailed.

    Reason `away` where the repository or the branch is not there (any more).
    """
    words = ["fetch", *QUIET, f"--depth={DEEPEST}", "--", place.url,
             f"+refs/heads/{branch}:refs/remote/branch"]  # fmt: skip
    _visit(store, place, words, limits)
    if (store / "shallow").exists():
        raise GitFailed("size", f"more than {DEEPEST} commits")
    return run(["rev-parse", "refs/remote/branch^{commit}"], at=store).decode().strip()


def tip(store: Path, place: Place, branch: str, limits: Limits = LOOK) -> str:
    """The newest commit of a branch as its repository says now; empty where there is none."""
    words = ["ls-remote", "--quiet", "--", place.url, f"refs/heads/{branch}"]
    answer = _visit(store, place, words, limits).decode(errors="replace").split()
    return answer[0] if answer and COMMIT.fullmatch(answer[0]) else ""


def bundle(store: Path, branch: str, into: Path) -> None:
    """Write the bundle of a branch brought from its repository. Raises GitFailed."""
    run(["update-ref", f"refs/heads/{branch}", "refs/remote/branch"], at=store)
    run(["bundle", "create", "--quiet", str(into), f"refs/heads/{branch}"], at=store)


def _visit(store: Path, place: Place, words: list[str], limits: Limits) -> bytes:
    """An act of git that connects to the one machine that the address was found to stand for."""
    machine = f"[{place.machine}]" if ":" in place.machine else place.machine
    settings = [f"protocol.{place.scheme}.allow=always",
                f"http.curloptResolve={place.host}:{place.port}:{machine}"]  # fmt: skip
    ssh = ("ssh -F /dev/null -o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=no "
           f"-o UserKnownHostsFile=/dev/null -o HostName={place.machine} -o ProxyCommand=none "
           "-o PermitLocalCommand=no -o IdentitiesOnly=yes -o IdentityFile=/dev/null")  # fmt: skip
    try:
        return run(words, at=store, limits=limits, settings=settings,
                   ssh=ssh if place.scheme == "ssh" else "")  # fmt: skip
    except GitFailed as failed:
        if failed.reason == "unreadable":
            raise GitFailed("away", failed.said) from None
        raise
