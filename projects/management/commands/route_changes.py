"""`manage.py route_changes FILE.json`: route changes by the very code that change requests use."""

from core.case_files import CaseCommand
from projects.routing_cases import Unroutable, route_case


class Command(CaseCommand):
    """One case or a list of them in, the same shape out; refused whole, or answered whole."""

    help = "Route the changes of the cases in a JSON file, by the rules of change requests."
    answer_case = staticmethod(route_case)
    refusal = Unroutable
