"""What the clock and the workers do with projects; importing a module registers its work."""

from projects import holds, tasks_import, totals, tranches

__all__ = ["holds", "tasks_import", "totals", "tranches"]
