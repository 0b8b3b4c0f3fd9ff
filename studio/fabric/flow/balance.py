"""Shares of traffic at every hop under which the busiest row is least busy; knows no graph.

Routes and prices play against each other: at every place routes learn which hop was cheaper,
prices which row was busier. What they did on average converges to the best of both sides, and
every set of prices bounds the answer from below.

References
----------
[1] M. Zinkevich et al., "Regret Minimization in Games with Incomplete Information", NIPS 2007.
[2] G. Farina, C. Kroer, T. Sandholm, "Faster Game Solving via Predictive Blackwell
    Approachability", AAAI 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.loads import summed

TOLERANCE = 1e-3
"""Part of the answer at which a gap is small enough."""
_WORK = 20_000_000
"""Hops times rounds after which the gap that is left is reported: a few seconds."""
_FEWEST_ROUNDS = 60
_HOLD = 100.0
"""Rounds of regret that the starting shares are worth."""
_WIDENINGS = 40
"""Rounds in which shares follow the width of the way ahead."""
_ALMOST = (1 - 1e-9, 0.9999, 0.999, 0.995, 0.99, 0.97, 0.9, 0.75, 0.5)
"""Parts of the busiest row's use from which rows are priced alike to begin with."""
_AVERAGE_EVERY = 10
"""Rounds between looks at the average, which costs as much as a round."""


@dataclass(frozen=True, eq=False)
class Choices:
    """Hops that traffic may take; every hop ends nearer to its destination than it starts."""

    tail: IntArray
    """Shape (hops,): place a hop leaves."""
    head: IntArray
    """Shape (hops,)."""
    row: IntArray
    """Shape (hops,): row it loads."""
    to_go: IntArray
    """Shape (hops,): hops from its tail to the destination."""
    share: FloatArray
    """Shape (hops,): part of what is at the tail, to start from."""
    amount: FloatArray
    """Shape (places,): what starts at each place. [byte]"""
    capacity: FloatArray
    """Shape (rows,). [byte/s]"""


@dataclass(frozen=True, eq=False)
class Balance:
    """The best shares found, and how far they can be from the best there are."""

    load: FloatArray
    """Shape (rows,). [byte]"""
    busy_s: float
    """Time of the busiest row. [s]"""
    bound_s: float
    """No shares make the busiest row less busy than this. [s]"""


def balanced(choices: Choices, floor_s: float = 0.0) -> Balance:
    """Return loads whose busiest row is within `TOLERANCE` of the least possible, if time allows.

    Parameters
    ----------
    choices :
        Hops, amounts and capacities.
    floor_s :
        A bound from below that the caller knows. [s]

    Notes
    -----
    For prices w >= 0 of rows with sum 1, max_r load_r / C_r >= sum_r w_r load_r / C_r, which is
    at least the sum of amounts times the cheapest path at w_r / C_r a byte.
    """
    game = _Game(choices)
    use = game.use(game.moved(game.start))
    best = Balance(use * choices.capacity, float(use.max(initial=0.0)), floor_s)
    if not len(use) or best.busy_s <= 0:
        return best
    best, share = _widened(game, best)
    best, price = _priced(game, best)
    if best.busy_s <= best.bound_s * (1 + TOLERANCE):
        return best
    start = share
    routes = _Regrets(start * (_HOLD * best.busy_s / choices.amount.sum()), game.owner)
    prices = _Regrets(np.zeros(len(price)), np.zeros(len(price), dtype=np.int64))
    usual, usual_price, weight = np.zeros(len(start)), np.zeros(len(price)), 0.0
    rounds = max(_FEWEST_ROUNDS, _WORK // max(len(start), 1))
    for played in range(1, rounds + 1):
        cost, mean, least = game.costs(share, price)
        best = _better(best, None, least, choices)
        if best.busy_s <= best.bound_s * (1 + TOLERANCE):
            break
        share = routes.played(mean - cost, start)
        moved = game.moved(share)
        use = game.use(moved)
        price = prices.played(use - float(price @ use), price)
        # Late rounds are better ones and count more.
        part = played**2 / (weight + played**2)
        weight += played**2
        usual += part * (moved - usual)
        usual_price += part * (price - usual_price)
        best = _better(best, use, 0.0, choices)
        if played % _AVERAGE_EVERY == 0:
            _, _, least = game.costs(share, usual_price)
            best = _better(best, game.use(usual), least, choices)
    return best


def _widened(game: _Game, best: Balance) -> tuple[Balance, FloatArray]:
    """Return the best loads and shares found by sending more where the way ahead is wider.

    Rows that are busy count as narrower in the next round, until none is much busier than others.
    """
    capacity = game.choices.capacity
    wide, share = capacity.copy(), game.start
    for _ in range(_WIDENINGS):
        tried = game.by_width(wide)
        use = game.use(game.moved(tried))
        busy = float(use.max())
        if busy < best.busy_s:
            best, share = Balance(use * capacity, busy, min(best.bound_s, busy)), tried
        if busy <= best.bound_s * (1 + TOLERANCE):
            break
        wide = wide / np.maximum(use / busy, 0.5)
        wide /= wide.max() / capacity.max()
    return best, share


def _priced(game: _Game, best: Balance) -> tuple[Balance, FloatArray]:
    """Return the best bound by equal prices per byte on all rows almost as busy as the busiest.

    Such prices say that what must cross these rows needs all of their bandwidth.
    """
    capacity = game.choices.capacity
    use = best.load / capacity
    chosen, highest = np.zeros(len(use)), -1.0
    for part in _ALMOST:
        priced = np.where(use >= best.busy_s * part, capacity, 0.0)
        price = priced / priced.sum()
        _, _, bound = game.costs(game.start, price)
        if bound > highest:
            chosen, highest = price, bound
    return _better(best, None, highest, game.choices), chosen


def _better(best: Balance, use: FloatArray | None, bound: float, choices: Choices) -> Balance:
    """Return the best of what was known and what a round found."""
    bound = max(best.bound_s, bound)
    if use is not None and (busy := float(use.max())) < best.busy_s:
        return Balance(use * choices.capacity, busy, min(bound, busy))
    return Balance(best.load, best.busy_s, min(bound, best.busy_s))


class _Game:
    """Hops sorted for passes from far to near and back."""

    def __init__(self, choices: Choices) -> None:
        order = np.lexsort((choices.tail, -choices.to_go))
        self.tail, self.head = choices.tail[order], choices.head[order]
        self.row, self.start = choices.row[order], choices.share[order]
        self.choices = choices
        to_go = choices.to_go[order]
        is_first = np.ones(len(order), dtype=np.bool_)
        is_first[1:] = self.tail[1:] != self.tail[:-1]
        self.owner = np.cumsum(is_first) - 1
        """Shape (hops,): number of the place among those that hops leave."""
        bounds = np.flatnonzero(np.concatenate([[True], to_go[1:] != to_go[:-1], [True]]))
        firsts = np.flatnonzero(is_first)
        self.levels = [
            (slice(begin, end), firsts[(firsts >= begin) & (firsts < end)] - begin)
            for begin, end in pairwise(bounds)
            if len(order)
        ]
        """Hops as far from their destinations, farthest first, and where a new tail begins."""

    def by_width(self, wide: FloatArray) -> FloatArray:
        """Return shares in proportion to how much the way ahead can carry, rows being so wide."""
        width = np.full(len(self.choices.amount), np.inf)
        share = np.empty(len(self.start))
        for hops, firsts in reversed(self.levels):
            way = np.minimum(wide[self.row[hops]], width[self.head[hops]])
            total = np.add.reduceat(way, firsts)
            width[self.tail[hops][firsts]] = total
            share[hops] = way / np.repeat(total, np.diff(np.append(firsts, len(way))))
        return share

    def moved(self, share: FloatArray) -> FloatArray:
        """Return what every hop carries. [byte]."""
        here = self.choices.amount.copy()
        moved = np.empty(len(share))
        for hops, _ in self.levels:
            moved[hops] = here[self.tail[hops]] * share[hops]
            here += summed(self.head[hops], moved[hops], len(here))
        return moved

    def use(self, moved: FloatArray) -> FloatArray:
        """Return the time every row needs. [s]."""
        capacity = self.choices.capacity
        return summed(self.row, moved, len(capacity)) / capacity

    def costs(self, share: FloatArray, price: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """Return cost to the destination by every hop and on average where it leaves, per byte.

        Also the cost of all amounts on cheapest paths.
        """
        toll = (price / self.choices.capacity)[self.row]
        places = len(self.choices.amount)
        ahead, least = np.zeros(places), np.zeros(places)
        cost = np.empty(len(share))
        for hops, firsts in reversed(self.levels):
            head, tail = self.head[hops], self.tail[hops][firsts]
            cost[hops] = toll[hops] + ahead[head]
            ahead[tail] = np.add.reduceat(share[hops] * cost[hops], firsts)
            least[tail] = np.minimum.reduceat(toll[hops] + least[head], firsts)
        return cost, ahead[self.tail], float(self.choices.amount @ least)


class _Regrets:
    """What every option would have gained, per group of options; predicts that it goes on so."""

    def __init__(self, regret: FloatArray, group: IntArray) -> None:
        self.regret, self.group = regret, group
        self.groups = int(group.max()) + 1

    def played(self, gain: FloatArray, otherwise: FloatArray) -> FloatArray:
        """Return the next shares of all options; `otherwise` where no option has regret."""
        self.regret = np.maximum(self.regret + gain, 0.0)
        hope = np.maximum(self.regret + gain, 0.0)
        total = summed(self.group, hope, self.groups)[self.group]
        return np.where(total > 0, hope / np.where(total > 0, total, 1.0), otherwise)
