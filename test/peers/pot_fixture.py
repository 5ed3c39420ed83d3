"""Writes ../theory/transport-pot.json: exact plans and Sinkhorn divergences by Python Optimal Transport, for
particles of unequal weights and counts. Run with POT 0.9 or later: python3 test/peers/pot_fixture.py
"""

import json
from pathlib import Path

import numpy as np
import ot

generator = np.random.default_rng(7)


def measure(count, k, shift):
    weight = generator.uniform(0.1, 1, count)
    return generator.normal(shift, 1, (count, k)).round(3), weight / weight.sum()


def entropic(x, y, a, b, epsilon):
    """<pi, C> + epsilon KL(pi | a x b) of the entropic plan."""
    cost = ot.dist(x, y, "sqeuclidean")
    plan = ot.sinkhorn(a, b, cost, epsilon, method="sinkhorn_log", numItermax=3000, stopThr=1e-11)
    product = a[:, None] * b[None]
    return (plan * cost).sum() + epsilon * (plan * np.log(plan / product)).sum()


cases = []
for rows, columns, k in [(5, 8, 2), (9, 4, 3), (12, 12, 6)]:
    x, a = measure(rows, k, 0)
    y, b = measure(columns, k, 0.4)
    exact = []
    for p in [1, 2, 3]:
        cost = np.linalg.norm(x[:, None] - y[None], axis=2) ** p
        exact.append({"p": p, "distance": ot.emd2(a, b, cost) ** (1 / p), "plan": ot.emd(a, b, cost).tolist()})
    divergences = []
    for epsilon in [1, 5]:
        costs = [ot.sinkhorn2(*weights, ot.dist(*points, "sqeuclidean"), epsilon, method="sinkhorn_log", numItermax=3000,
                              stopThr=1e-11) for weights, points in [((a, b), (x, y)), ((a, a), (x, x)), ((b, b), (y, y))]]
        sharp = costs[0] - (costs[1] + costs[2]) / 2
        whole = entropic(x, y, a, b, epsilon)
        own = (entropic(x, x, a, a, epsilon) + entropic(y, y, b, b, epsilon)) / 2
        divergences.append({"epsilon": epsilon, "sharp": sharp, "divergence": whole - own})
    cases.append({"x": x.tolist(), "y": y.tolist(), "a": a.tolist(), "b": b.tolist(), "exact": exact, "divergences": divergences})

target = Path(__file__).parent.parent / "theory" / "transport-pot.json"
target.write_text(json.dumps({"source": f"test/peers/pot_fixture.py, POT {ot.__version__}", "cases": cases}) + "\n")
