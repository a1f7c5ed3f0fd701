"""What commands that read a file for somebody share: the person, the file, the report."""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from core import clock
from core.exports import safe
from core.models import User
from core.refusals import Refused

Tell = Callable[[Iterable[Iterable[Any]]], Any]


def person(email: str | None) -> User:
    """Whoever acts: the active person named, or the clock; raises Refused when there is none."""
    if email is None:
        return clock.clock_account()
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise Refused(_("There is no active person with the address %(email)s.") % {"email": email})
    return found


def opened(path: str) -> IO[bytes]:
    """The file, to be read; raises Refused with why it cannot be."""
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise Refused(
            _("The file %(path)s cannot be opened: %(error)s.")
            % {"path": path, "error": error.strerror}
        ) from error


@contextmanager
def report(path: str | None, header: Callable[[], Iterable[Any]]) -> Iterator[Tell]:
    """Takes lines of the report and writes them to that file; without a path they are dropped.

    Raises Refused where the file cannot be written.
    """
    if not path:
        yield lambda lines: None
        return
    with _writing(path):
        file = Path(path).open("w", encoding="utf-8-sig", newline="")  # noqa: SIM115  closed below
    with file:
        writer = csv.writer(file)

        def tell(lines: Iterable[Iterable[Any]]) -> None:
            for line in lines:
                with _writing(path):
                    writer.writerow([safe(cell) for cell in line])

        tell([header()])
        yield tell
        with _writing(path):
            file.flush()


@contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(
            _("The report %(path)s cannot be written: %(error)s.")
            % {"path": path, "error": error.strerror}
        ) from error
