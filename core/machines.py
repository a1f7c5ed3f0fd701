"""State machines: rows whose state only moves by a declared step.

`django_fsm` 4.2.4 lifts the protection of a field while it refreshes a row, on the field object
that all threads share and without `finally`; `refresh_from_db` here leaves the field alone.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any, ClassVar

import django_fsm
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin

running: ContextVar[tuple[Any, ...]] = ContextVar("running", default=())
"""The rows whose steps are being taken now, outermost first: empty outside `perform`."""


def causes() -> tuple[str, ...]:
    """The verbs of the steps being taken now (`app.model.step`), outermost first."""
    return tuple(f"{row._meta.label_lower}.{row.taking}" for row in running.get())


class Guard:
    """A condition of a step: the sentences that speak against it, none when it is met."""

    def __init__(self, condition: Callable[[Any], Any]) -> None:
        self.condition = condition
        self.reason = getattr(condition, "reason", None)
        self.who = getattr(condition, "who", None)
        self.where = getattr(condition, "where", None)
        self.quiet = getattr(condition, "quiet", False)
        self.__name__ = condition.__name__

    def reasons(self, instance: Any) -> list[str]:
        found = self.condition(instance)
        if isinstance(found, (list, tuple)):
            return [str(sentence) for sentence in found]
        return [] if found else [str(self.reason)]

    def __call__(self, instance: Any) -> bool:
        """Whether the library may go on: the runner has asked already, with the reasons."""
        return bool(running.get()) or not self.reasons(instance)


def transition(
    field: Any,
    *,
    source: Any,
    target: Any,
    permission: Callable[..., bool],
    custom: dict[str, Any],
    conditions: Iterable[Callable[[Any], Any]] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a step whole; its body runs only inside `core.steps.perform`."""

    def declare(body: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(body)
        def guarded(instance: Any, **kwargs: Any) -> Any:
            if not any(row is instance for row in running.get()):
                raise RuntimeError("Steps are taken by core.steps.perform, never called.")
            return body(instance, **kwargs)

        return django_fsm.transition(
            field, source=source, target=target, permission=permission, custom=custom,
            conditions=[Guard(condition) for condition in conditions],
        )(guarded)  # fmt: skip

    return declare


class State(FSMField):
    """The protected state of a machine: one of its declared states, moved only by steps."""

    def __init__(self, states: Any = None, **options: Any) -> None:
        if states is not None:
            options.setdefault("choices", states.choices)
        options.setdefault("max_length", 30)
        options.setdefault("db_index", True)
        options.setdefault("verbose_name", _("state"))
        options["protected"] = True
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """For a migration a state is its text; machines there made each `migrate` much slower."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


class Machine(FSMModelMixin, models.Model):
    """A row with states. Its steps are `@transition`s, and are taken by `core.steps.perform`."""

    state_field: ClassVar[str] = "state"
    step_related: ClassVar[tuple[str, ...]] = ()
    step_url_name: ClassVar[str] = ""
    taking: str = ""  # the step being taken now; the runner sets it
    wait_labels: ClassVar[dict[str, Any]] = {}  # what waits without being a step: name -> label

    class Meta:
        abstract = True

    @property
    def dossier(self) -> Any:
        """The case file this row belongs to: its lock and its chain of events."""
        raise TypeError(f"{type(self).__name__} names no case file")

    @property
    def current(self) -> str:
        """The state the row is in."""
        return str(getattr(self, self.state_field))

    def turns(self) -> Iterable[Any]:
        """Whose turn it is while the row is as it is (`core.turns.turn`); nobody's by default."""
        return ()

    def beside(self) -> Iterable["Machine"]:
        """Rows whose turns hang on this one too: they are brought in line whenever its own are."""
        return ()

    def title_for_people(self) -> str:
        """The row's name in lists, mails and histories."""
        return str(self)

    def get_absolute_url(self) -> str:
        """The page where people see the row."""
        return ""

    def get_step_url(self, name: str) -> str:
        """The page where a step of this row is confirmed and taken."""
        label = self.step_url_name or f"{self._meta.app_label}:{self._meta.model_name}_step"
        return reverse(label, kwargs={"pk": self.pk, "step": name})

    def refresh_from_db(self, using: Any = None, fields: Any = None,
                        from_queryset: Any = None) -> None:  # fmt: skip
        """Read the row again, its protected state included, without touching the shared field."""
        if fields is None:  # said in full, for a state taken out below would pass for deferred
            self._prefetched_objects_cache: dict[str, Any] = {}
            for relation in self._meta.related_objects:
                if relation.is_cached(self):
                    relation.delete_cached_value(self)
            deferred = self.get_deferred_fields()
            fields = {f.attname for f in self._meta.concrete_fields} - deferred
        for field in self._meta.concrete_fields:
            if isinstance(field, FSMField) and field.attname in fields:
                self.__dict__.pop(field.attname, None)
        models.Model.refresh_from_db(self, using=using, fields=fields, from_queryset=from_queryset)


def machines() -> list[type[Machine]]:
    """Every state machine of the installed rooms, by label."""
    found: list[type[Machine]] = []
    waiting = list(Machine.__subclasses__())
    while waiting:
        model = waiting.pop()
        waiting.extend(model.__subclasses__())
        if not model._meta.abstract:
            found.append(model)
    return sorted(found, key=lambda model: model._meta.label_lower)


def wait_label(target_label: str, name: str) -> str:
    """What a waiting step or act is called, in the reader's language."""
    return str(_label_of(target_label, name))


@cache
def _label_of(target_label: str, name: str) -> Any:
    model: Any = apps.get_model(target_label)
    if label := model.wait_labels.get(name):
        return label
    field = model._meta.get_field(model.state_field)
    for declared in field.get_all_transitions(model):
        if declared.name == name:
            return declared.custom["label"]
    raise LookupError(f"{target_label} has neither a step nor a wait label {name!r}")
