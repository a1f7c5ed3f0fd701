"""What the clock and the workers do with projects; importing a module registers its work."""

from projects import closing, holds, reports, tasks_import, tasks_money, totals, tranches

__all__ = ["closing", "holds", "reports", "tasks_import", "tasks_money", "totals", "tranches"]
