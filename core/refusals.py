"""Every "no" has a sentence."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied

Function = TypeVar("Function", bound=Callable[..., Any])


class Refused(Exception):
    """No, with reasons: what a person reads when a step or an act is not possible now."""

    def __init__(self, *reasons: Any) -> None:
        self.reasons = tuple(str(reason) for reason in reasons)
        super().__init__(" ".join(self.reasons))


class Denied(PermissionDenied):
    """This person may not, with the reason; shown as 403."""

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        super().__init__(reason)


def requires(
    sentence: Any, *, who: Any = None, where: Any = None, quiet: bool = False
) -> Callable[[Function], Function]:
    """Give a permission or a condition the sentence that people read when it says no.

    `who` names, for people, who can mend it; `where` makes, from the row, the address where. While
    a `quiet` condition says no, the step is not offered at all: there is nothing to wait for.
    A condition may return a list of more exact sentences instead of a truth value; none is yes.
    """

    def declare(function: Function) -> Function:
        function.reason = sentence  # type: ignore[attr-defined]
        function.who = who  # type: ignore[attr-defined]
        function.where = where  # type: ignore[attr-defined]
        function.quiet = quiet  # type: ignore[attr-defined]
        return function

    return declare
