"""What ends with a project: everything that was asked for and not decided or carried out."""

from typing import Any

from core.models import User
from projects.models import binding, change, tailoring


def end_all(project: Any, *, by: User, because: str) -> None:
    """End the change requests, the proposals and the earmarks of a project that is over."""
    change.end_all(project, by=by, because=because)
    tailoring.end_all(project, by=by, because=because)
    binding.end_all(project, by=by, because=because)
