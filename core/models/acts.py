"""Who did what kind of thing in a case: the memory of the separation of duties."""

from django.db import models

from core import guards
from core.models.history import AppendOnly


@guards.append_only
class Act(AppendOnly):
    """A person acted in a capacity in a case; both names of a stand-in are kept, a row each."""

    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="acts")
    user = models.ForeignKey("core.User", models.PROTECT, related_name="acts")
    capacity = models.CharField(max_length=30)
    target_label = models.CharField(max_length=60)
    target_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "user", "capacity", "target_label", "target_id"],
                name="core_act_once",
            )
        ]
        indexes = [models.Index(fields=["user", "dossier"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.capacity} {self.dossier_id}"
