"""Git, with everything shut that a stranger's repository could reach through it.

Nothing is ever checked out: trees and files are read as git keeps them, from a bare store, so that
hooks, filters, submodules, large-file pointers and symbolic links stay what they are: data.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

GIT = shutil.which("git") or "git"
SECONDS = 120
"""How long one act of git may take."""
MEGABYTES = 200
"""How large a single file that git writes may grow: a pack, so the history as it is sent."""
MEMORY_MB = 2048
"""How much memory one act of git may ask for."""
SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false",
    "core.bigFileThreshold=2m", "core.attributesFile=/dev/null", "core.sshCommand=false",
    "credential.helper=", "fetch.recurseSubmodules=false", "submodule.recurse=false",
    "gc.auto=0", "maintenance.auto=false", "fetch.writeCommitGraph=false",
    "fetch.fsckObjects=false", "http.followRedirects=false", "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=20", "pack.threads=1", "protocol.allow=never",
    "uploadpack.allowFilter=false", "log.showSignature=false", "core.quotePath=false",
    "i18n.logOutputEncoding=UTF-8",
    "safe.bareRepository=all", "http.maxRequests=2", "transfer.bundleURI=false",
)  # fmt: skip


class GitFailed(Exception):
    """Git said no, took too long or grew too large; `reason` is time, size, unreadable or away."""

    def __init__(self, reason: str, said: str = "") -> None:
        self.reason, self.said = reason, said[-400:]
        super().__init__(f"{reason}: {self.said}")


@dataclass(frozen=True)
class Limits:
    """How long (seconds) and how large (megabytes of one file) an act of git may become."""

    seconds: float = SECONDS
    megabytes: int = MEGABYTES


def workplace() -> str | None:
    """A folder in memory where there is one: what a bid brings reaches a disk only sealed."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  it is memory


@contextmanager
def store() -> Iterator[Path]:
    """An empty bare repository in a folder of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="compuerta-prototype-", dir=workplace()))
    try:
        bare = folder / "store.git"
        run(["init", "--quiet", "--bare", "--template=", str(bare)], at=folder)
        yield bare
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(
    words: Sequence[str], *, at: Path, limits: Limits | None = None, stdin: bytes | None = None,
    settings: Sequence[str] = (), ssh: str = "",
) -> bytes:  # fmt: skip
    """What git answers. Raises GitFailed when it fails, or passes a limit of time or size."""
    limits = limits or Limits()
    blocks = str(limits.megabytes * 2048)
    shell = 'ulimit -f "$0" 2>/dev/null; ulimit -v "$1" 2>/dev/null; shift; exec "$@"'
    options = [word for name in (*SETTINGS, *settings) for word in ("-c", name)]
    command = ["/bin/sh", "-c", shell, blocks, str(MEMORY_MB * 1024), GIT, *options, *words]
    process = subprocess.Popen(  # noqa: S603  words are ours, never a shell's
        command, cwd=at, env=_environment(at, ssh), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        answer, said = process.communicate(stdin, timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        raise GitFailed("time") from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
    if process.returncode:
        raise GitFailed(_reason(process.returncode, said), said.decode(errors="replace"))
    return answer


def _reason(status: int, said: bytes) -> str:
    """Why git failed: a file over the limit ends it, or an end of its own child, by a signal."""
    large = (b"File too large", b"signal 25", b"SIGXFSZ", b"Out of memory", b"mmap failed")
    if status in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ) or any(mark in said for mark in large):
        return "size"
    return "unreadable"


def _environment(at: Path, ssh: str) -> dict[str, str]:
    """Git's surroundings: none of this machine's settings, no prompt, no keys, no proxy."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(at), "LC_ALL": "C.UTF-8",
        "XDG_CONFIG_HOME": str(at), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull, "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true", "SSH_ASKPASS": "true", "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_PROTOCOL_FROM_USER": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1",
        "GIT_SSH_COMMAND": ssh or "false", "GIT_OPTIONAL_LOCKS": "0", "NO_PROXY": "*",
    }  # fmt: skip
