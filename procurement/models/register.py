"""Numbers given in order: the next reference, the next place in a feed."""

from projects.models import Register


def take(name: str) -> int:
    """The next number of a series, from 1; its row is held until the transaction ends.

    Whoever comes later waits for the commit, so the numbers become visible in their order.
    """
    Register.objects.get_or_create(name=name)
    row = Register.objects.select_for_update().get(name=name)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
