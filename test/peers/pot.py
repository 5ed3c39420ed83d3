"""Distances by Python Optimal Transport: tasks as JSON on standard input, one number for each on standard output."""

import json
import sys

import numpy as np
import ot


def solve(task):
    x, y = np.array(task["x"]), np.array(task["y"])
    a, b = np.array(task["a"], float), np.array(task["b"], float)
    kind, p = task["kind"], task.get("p", 2)
    if kind == "line":
        return ot.wasserstein_1d(x[:, 0], y[:, 0], a, b, p) ** (1 / p)
    if kind == "sliced":
        directions = np.array(task["directions"]).T
        # POT divides by n_projections, whatever the number of given projections.
        return ot.sliced_wasserstein_distance(x, y, a, b, n_projections=directions.shape[1], projections=directions)
    cost = np.linalg.norm(x[:, None] - y[None], axis=2) ** p
    if kind == "exact":
        return ot.emd2(a, b, cost, numItermax=10**7) ** (1 / p)
    if kind == "sinkhorn":
        square = ot.sinkhorn2(a, b, cost, task["epsilon"], method="sinkhorn_log", numItermax=10**5, stopThr=1e-13)
        return float(square) ** 0.5
    raise ValueError(kind)


json.dump([float(solve(task)) for task in json.load(sys.stdin)], sys.stdout)
