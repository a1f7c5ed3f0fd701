"""The bare import: `pandas.read_csv`, then the rows of the file inserted in bulk."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas
from django.db import connection, models, transaction

COLUMNS = ["project_id", "title", "problem", "institution_code", "institution_name", "currency",
           "whole_life_cost", "starts_on", "ends_on"]  # fmt: skip


class BareRow(models.Model):
    """A row as the file has it, with an amount and dates of their types."""

    project_id = models.CharField(max_length=120)
    title = models.CharField(max_length=250)
    problem = models.TextField()
    institution_code = models.CharField(max_length=40)
    institution_name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    whole_life_cost = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.title


@contextmanager
def bare_table() -> Iterator[None]:
    """The table of the bare rows, for as long as it is measured."""
    with connection.schema_editor() as editor:
        editor.create_model(BareRow)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(BareRow)


def bare_import(path: Path) -> None:
    """Read with pandas, insert with `bulk_create`, in one transaction."""
    table = pandas.read_csv(path, dtype=str, keep_default_na=False)
    rows = [
        BareRow(**{**row, "whole_life_cost": int(Decimal(row["whole_life_cost"]) * 100),
                   "starts_on": date.fromisoformat(row["starts_on"]),
                   "ends_on": date.fromisoformat(row["ends_on"])})
        for row in table.to_dict("records")
    ]  # fmt: skip
    with transaction.atomic():
        BareRow.objects.bulk_create(rows, batch_size=500)
