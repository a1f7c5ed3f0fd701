"""Children that live and die together: when one ends, all end."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

PATIENCE = 20  # seconds that a child may take to finish its work
PR_SET_PDEATHSIG = 1


class Supervisor:
    """Starts named children, each in a session of its own, and ends them on a signal."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_end = threading.Event()

    def listen(self) -> None:
        """Ctrl-C, `kill` and a closed terminal end everything; a second Ctrl-C does so at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        if self.asked_to_end.is_set():
            self._signal(signal.SIGKILL)
        self.asked_to_end.set()

    def start(self, name: str, command: list[str]) -> None:
        self.children[name] = subprocess.Popen(  # noqa: S603  our own command
            command,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  there are no threads here
        )

    def ended(self) -> str | None:
        """The name of a child that has ended, if any has."""
        return next(
            (name for name, child in self.children.items() if child.poll() is not None), None
        )

    def watch(self) -> int:
        """Wait until asked to end (0) or until a child ends (1); then end them all."""
        while not (name := self.ended()) and not self.asked_to_end.wait(0.2):
            pass
        code = 0
        if name and not self.asked_to_end.is_set():
            status = self.children[name].returncode
            self.tell(f"The {name} ended by itself ({_reason(status)}); ending the rest.")
            code = 1
        self.end()
        return code

    def end(self) -> None:
        """Ask all children to finish, wait, and kill what is left, grandchildren too."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell("Something did not finish in time, and is ended now.")
        self._signal(signal.SIGKILL, groups=True)

    def _signal(self, number: signal.Signals, groups: bool = False) -> None:
        for child in self.children.values():
            try:
                if groups:
                    os.killpg(child.pid, number)
                else:
                    child.send_signal(number)
            except ProcessLookupError:
                continue


def _reason(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit code {status}"


def _end_with_parent() -> None:
    """On Linux a child hears of its parent's death, even of a sudden one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
