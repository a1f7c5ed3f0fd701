"""A state machine whose every run is undone, so that one that fails does not spoil what follows."""

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine


class Undone(RuleBasedStateMachine):
    """`build_up` makes the rows of a run, `look_back` looks at what became of them; all is undone.

    Also where either of them raises: a run that stayed open would leave its rows to every later
    test of the same process.
    """

    def __init__(self) -> None:
        super().__init__()
        self._run = transaction.atomic()
        self._run.__enter__()
        try:
            self.build_up()
        except BaseException:
            self._undo()
            raise

    def build_up(self) -> None:
        """Build what the run starts with."""

    def look_back(self) -> None:
        """Look at what the run has left."""

    def teardown(self) -> None:
        try:
            self.look_back()
        finally:
            self._undo()

    def _undo(self) -> None:
        transaction.set_rollback(True)
        self._run.__exit__(None, None, None)
