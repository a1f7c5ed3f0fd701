"""What the worker does: drain the outbox, do the clock's work, take the day's checkpoint."""

from celery import shared_task

from core import checkpoints, digest, outbox


@shared_task(name="core.tasks.drain")
def drain() -> int:
    """Do the jobs that are due; every few seconds, and after each commit that wrote one."""
    return outbox.drain()


@shared_task(name="core.tasks.tick")
def tick() -> int:
    """Do every room's work of the clock; each minute."""
    return outbox.tick()


@shared_task(name="core.tasks.checkpoint")
def checkpoint() -> str:
    """Take the day's checkpoint, if there is none yet."""
    return str(checkpoints.take())


CHORES = (checkpoints.take_if_due, digest.make_due)
"""What the tick does of the ground itself, registered where it is written."""
