"""`manage.py serve`: the web server and the worker in one process tree."""

import socket
import sys
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from config.guard import DEMO_ADDRESSES, refuse_demo_data
from config.supervisor import Supervisor

HOST = "127.0.0.1"
HIGHEST_PORT = 65535


class Command(BaseCommand):
    help = "Serve Compuerta on loopback, with its worker and schedule, until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_demo_data()
        refuse_taken(settings.PORT)
        supervisor = Supervisor(self.say)
        supervisor.listen()
        supervisor.start("web server", web_server())
        supervisor.start("worker", worker())
        if self.answers(supervisor):
            self.greet()
        sys.exit(supervisor.watch())

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def answers(self, supervisor: Supervisor) -> bool:
        """Wait until the web server answers; False where something ended first."""
        while not supervisor.ended() and not supervisor.asked_to_end.is_set():
            with socket.socket() as probe:
                if probe.connect_ex((HOST, settings.PORT)) == 0:
                    return True
            time.sleep(0.1)
        return False

    def greet(self) -> None:
        lines = ["", f"Compuerta is at {settings.BASE_URL}/", ""]
        if settings.DEMO:
            lines += cast()
        self.say("\n".join([*lines, "Ctrl-C ends it.", ""]))


def refuse_taken(port: int) -> None:
    """Raise CommandError where something else listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            sentence = f"Port {port} is reserved for the system; choose another: PORT=8001."
            raise CommandError(sentence) from error
        except OSError as error:
            other = port + 1 if port < HIGHEST_PORT else 8001
            raise CommandError(f"Port {port} is taken; choose another: PORT={other}.") from error


def web_server() -> list[str]:
    return [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn"]


def worker() -> list[str]:
    """Threads, because processes hung on the filesystem broker when asked to end."""
    schedule = str(settings.VAR / f"schedule-{settings.PORT}")
    return [
        *(sys.executable, "-W", "ignore:You're running the worker"),  # as root: said once is enough
        *("-m", "celery", "--quiet", "-A", "config.celery", "worker"),
        *("--beat", "--schedule", schedule, "--pool", "threads", "--concurrency", "4"),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def cast() -> list[str]:
    """The people of the demo, whose password everybody knows."""
    people = get_user_model().objects.filter(email__endswith=DEMO_ADDRESSES, is_active=True)
    names = [(person.email, person.name) for person in people.order_by("pk")]
    if not names:
        return []
    width = max(len(email) for email, _ in names)
    return [
        "The demo cast, password compuerta-demo:",
        *(f"  {email:<{width}}  {name}" for email, name in names),
        "",
    ]
