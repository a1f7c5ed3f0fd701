"""What an option is worth today: net present value and benefit–cost ratio. Pure arithmetic.

Source: HM Treasury, The Green Book (discounting, benefit–cost ratio); Mexico's social discount
rate of 10 percent a year is the proposal where nothing else is set. Year 0 is not discounted.
Nothing is rounded on the way; what is shown is rounded once, at the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

PRECISION = 60
Flow = tuple[int, Decimal, Decimal]
"""One year of an option: which year after the base year, its cost, its benefit."""


def present_value(amounts: Iterable[tuple[int, Decimal]], rate: Decimal) -> Decimal:
    """The sum of amounts, each divided by (1 + rate/100) to the power of its year; unrounded.

    `rate` is in percent a year. Raises ValueError for a rate of -100 percent or less.
    """
    with localcontext() as context:
        context.prec = PRECISION
        factor = 1 + rate / 100
        if factor <= 0:
            raise ValueError("a discount rate lies above -100 percent")
        return sum((amount / factor**year for year, amount in amounts), Decimal(0))


def npv(flows: Iterable[Flow], rate: Decimal) -> Decimal:
    """Benefits less costs at their present value, in the unit of the flows; unrounded."""
    rows = list(flows)
    return present_value(((year, benefit - cost) for year, cost, benefit in rows), rate)


def benefit_cost_ratio(flows: Iterable[Flow], rate: Decimal) -> Decimal | None:
    """Present value of benefits for each unit of present cost; None where nothing is spent."""
    rows = list(flows)
    cost = present_value(((year, cost) for year, cost, _benefit in rows), rate)
    benefit = present_value(((year, benefit) for year, _cost, benefit in rows), rate)
    with localcontext() as context:
        context.prec = PRECISION
        return benefit / cost if cost else None


@dataclass(frozen=True)
class Worth:
    """An option's figures at the stated rate: amounts in minor units, the ratio to two places."""

    cost: int
    benefit: int
    present_cost: int
    present_benefit: int
    npv: int
    ratio: Decimal | None


def worth(years: Iterable[tuple[int, int, int]], base_year: int, rate: Decimal) -> Worth:
    """The figures of (calendar year, cost, benefit) in minor units, each rounded once at the end.

    `rate` in percent. Raises ValueError when a year lies before the base year.
    """
    rows = list(years)
    if any(year < base_year for year, _cost, _benefit in rows):
        raise ValueError("no year lies before the base year")
    flows = [(year - base_year, Decimal(cost), Decimal(benefit)) for year, cost, benefit in rows]
    ratio = benefit_cost_ratio(flows, rate)
    return Worth(
        cost=sum(cost for _year, cost, _benefit in rows),
        benefit=sum(benefit for _year, _cost, benefit in rows),
        present_cost=_whole(present_value(((y, c) for y, c, _b in flows), rate)),
        present_benefit=_whole(present_value(((y, b) for y, _c, b in flows), rate)),
        npv=_whole(npv(flows, rate)),
        ratio=None if ratio is None else ratio.quantize(Decimal("0.01")),
    )


def _whole(amount: Decimal) -> int:
    return int(amount.to_integral_value())
