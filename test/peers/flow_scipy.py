"""Solves the mean-field ODE and its adjoint by SciPy's DOP853: tasks as JSON on standard input, states and costates on standard output.

dX/dt = sum_m w_m f(X, theta_m(t)), theta_m(t) = sum_r amplitude_rm cos(pi r t + phase_rm).
"""

import json
import sys

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import erf

normal = lambda u: 0.5 * (1 + erf(u / np.sqrt(2)))
activations = {
    "tanh": (np.tanh, lambda u: 1 / np.cosh(u) ** 2),
    "erf": (erf, lambda u: 2 / np.sqrt(np.pi) * np.exp(-(u**2))),
    "softplus": (lambda u: np.logaddexp(u, 0), lambda u: 1 / (1 + np.exp(-u))),
    "gelu": (lambda u: u * normal(u), lambda u: normal(u) + u * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)),
}


def bottleneck(s, slope, d):
    """f = a s(w.x + b), theta = (a, w, b)."""
    parts = lambda theta: (theta[:, :d], theta[:, d : 2 * d], theta[:, 2 * d])

    def velocity(x, theta, weight):
        a, w, b = parts(theta)
        return np.einsum("m,md,nm->nd", weight, a, s(x @ w.T + b))

    def pull(x, theta, weight, p):
        a, w, b = parts(theta)
        return np.einsum("m,nm,nm,md->nd", weight, p @ a.T, slope(x @ w.T + b), w)

    return velocity, pull


def matrix(s, slope, d):
    """f = s(Theta x)."""
    apply = lambda x, theta: np.einsum("mij,nj->nmi", theta.reshape(-1, d, d), x)

    def velocity(x, theta, weight):
        return np.einsum("m,nmi->ni", weight, s(apply(x, theta)))

    def pull(x, theta, weight, p):
        inner = slope(apply(x, theta)) * p[:, None, :]
        return np.einsum("m,nmi,mij->nj", weight, inner, theta.reshape(-1, d, d))

    return velocity, pull


def solve(task):
    amplitudes, phases = np.array(task["amplitudes"]), np.array(task["phases"])
    weight, start, end = np.array(task["weight"]), np.array(task["state"]), np.array(task["costate"])
    n, d = start.shape
    family = {"bottleneck": bottleneck, "matrix": matrix}[task["family"]]
    velocity, pull = family(*activations[task["activation"]], d)
    modes = np.arange(len(amplitudes))[:, None, None]
    path = lambda t: (amplitudes * np.cos(np.pi * modes * t + phases)).sum(0)

    def integrate(rhs, y, t0, t1):
        solution = solve_ivp(rhs, (t0, t1), y, method="DOP853", rtol=1e-12, atol=1e-14)
        assert solution.success, solution.message
        return solution.y[:, -1]

    forward = lambda t, y: velocity(y.reshape(n, d), path(t), weight).ravel()

    def backward(t, y):
        x, p = y.reshape(2, n, d)
        return np.concatenate([velocity(x, path(t), weight).ravel(), -pull(x, path(t), weight, p).ravel()])

    middle = integrate(forward, start.ravel(), 0, 0.5)
    last = integrate(forward, middle, 0.5, 1)
    half = integrate(backward, np.concatenate([last, end.ravel()]), 1, 0.5)
    first = integrate(backward, half, 0.5, 0)
    return {
        "states": [middle.tolist(), last.tolist()],
        "costates": [half[n * d :].tolist(), first[n * d :].tolist()],
        # The distance from the start after integrating back: SciPy's own error.
        "miss": float(np.abs(first[: n * d] - start.ravel()).max()),
    }


json.dump([solve(task) for task in json.load(sys.stdin)], sys.stdout)
