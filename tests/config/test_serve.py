"""Serving: what is started together ends together, whoever ends first."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from config.supervisor import Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
NESTED = [sys.executable, "-c", f"import subprocess, sys; subprocess.run({SLEEP!r})"]


def descendants(pid: int) -> set[int]:
    """All living processes below one, from the kernel's own list."""
    found: set[int] = set()
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | descendants(child)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; a process that has ended and only waits to be noticed does not."""
    states = {}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            states[pid] = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return {pid for pid, state in states.items() if state != "Z"}


def wait_until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path, port) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "COMPUERTA_MODE": "demo",
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{tmp_path}/served.sqlite3",
        "CELERY_BROKER_URL": f"filesystem://{tmp_path}/broker",
        "MEDIA": str(tmp_path / "media"),
    }


@pytest.fixture
def served(tmp_path, environment):
    """A server with its worker over an empty database, and the file that it writes to."""
    subprocess.run(
        [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"],
        cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    output = tmp_path / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=settings.BASE_DIR, env=environment, stdout=file, stderr=file,
        )  # fmt: skip
    wait_until(lambda: "Compuerta is at" in output.read_text() or process.poll() is not None)
    wait_until(lambda: len(descendants(process.pid)) == 5 or process.poll() is not None)
    yield process, output
    process.kill()
    process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(served, environment, port, number):
    process, output = served
    everyone = descendants(process.pid)
    assert len(everyone) == 5, output.read_text()  # gunicorn and its two, the worker and its beat
    assert f"Compuerta is at http://localhost:{port}/" in output.read_text()
    assert status_of(port) in (200, 302)
    taken = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    sentence = f"CommandError: Port {port} is taken; choose another: PORT={port + 1}.\n"
    assert (taken.returncode, taken.stderr) == (1, sentence)

    process.send_signal(number)

    assert process.wait(30) == 0
    assert alive(everyone) == set()


def status_of(port: int) -> int:
    """What the health page answers; sign-in is where others are sent."""
    request = urllib.request.Request(f"http://localhost:{port}/", headers={"Host": "localhost"})
    opener = urllib.request.build_opener(Stay)
    try:
        with opener.open(request, timeout=20) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def test_a_worker_that_dies_ends_the_rest_and_says_so(served):
    process, output = served
    everyone = descendants(process.pid)
    workers = [pid for pid in everyone if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(min(workers), signal.SIGKILL)
    assert process.wait(30) == 1
    assert "The worker ended by itself (signal 9); ending the rest." in output.read_text()
    wait_until(lambda: not alive(everyone), 10)


@pytest.fixture
def supervisor():
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.said = said
    yield supervisor
    for child in supervisor.children.values():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def test_a_child_that_ends_is_named(supervisor):
    supervisor.start("sleeper", SLEEP)
    supervisor.start("quitter", [sys.executable, "-c", "raise SystemExit(7)"])
    assert supervisor.watch() == 1
    assert supervisor.said == ["The quitter ended by itself (exit code 7); ending the rest."]
    assert supervisor.children["sleeper"].returncode == -signal.SIGTERM


def test_grandchildren_end_too(supervisor):
    supervisor.start("parent", NESTED)
    pid = supervisor.children["parent"].pid
    wait_until(lambda: descendants(pid))
    everyone = {pid} | descendants(pid)
    supervisor.asked_to_end.set()
    assert (supervisor.watch(), supervisor.said) == (0, [])
    wait_until(lambda: not alive(everyone), 5)
