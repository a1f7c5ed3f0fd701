"""Where later phases take part in a competition: what they do in its steps, what they ask before.

A step's body stands in the models, below the rules that do its work (opening envelopes, ranking,
making an order). So a rule module registers here, and is imported by `apps.MODULES`:

    @hooks.within("open")            # in the step's transaction, after its guards, before its save
    def open_envelopes(competition, *, by, because): ...

    @hooks.asked("keys_ready")       # sentences against; none when it is so
    def keys_ready(competition): ...
"""

from collections.abc import Callable
from typing import Any

Effect = Callable[..., None]
Answer = Callable[[Any], list[str]]

_effects: dict[str, list[Effect]] = {}
_answers: dict[str, list[Answer]] = {}


def within(*names: str) -> Callable[[Effect], Effect]:
    """Do this as part of the steps, or of the other moments, of these names."""

    def declare(effect: Effect) -> Effect:
        for name in names:
            known = _effects.setdefault(name, [])
            if effect not in known:
                known.append(effect)
        return effect

    return declare


def run(name: str, subject: Any, *, by: Any, because: str) -> None:
    """Everything that registered for a moment, in the order in which it did; one transaction."""
    for effect in _effects.get(name, []):
        effect(subject, by=by, because=because)


def asked(name: str) -> Callable[[Answer], Answer]:
    """Answer a question of this name with the sentences that speak against."""

    def declare(answer: Answer) -> Answer:
        known = _answers.setdefault(name, [])
        if answer not in known:
            known.append(answer)
        return answer

    return declare


def against(name: str, subject: Any) -> list[str]:
    """What speaks against, by everybody who was asked; nothing where nobody registered."""
    return [str(sentence) for answer in _answers.get(name, []) for sentence in answer(subject)]
