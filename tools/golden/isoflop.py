"""Golden answers of the IsoFLOP approaches, by NumPy and SciPy: python tools/golden/isoflop.py > test/golden/isoflop/optima.json

Thirty-five runs at five budgets, noise of .003 nats, whose FLOPs are counted as 4.2 N^.97 D^1.01 instead of 6 N D. Approach 2 by
numpy.polyfit; the surface by least squares of the loss and by Huber of the log loss (delta 1e-3); the best split by numeric
minimisation along the budget; delta intervals from numeric derivatives with Student's t.
"""

import json

import numpy as np
from scipy.optimize import least_squares, minimize, minimize_scalar
from scipy.stats import t

TARGET = 1e23
FACTOR, P, Q = 4.2, 0.97, 1.01
rng = np.random.default_rng(11)
budgets = np.repeat([1e18, 1e19, 1e20, 1e21, 1e22], 7)
centre = 0.12 * (budgets / 6) ** 0.49
params = centre * np.tile(5.0 ** np.linspace(-1, 1, 7), 5)
tokens = (budgets / FACTOR / params**P) ** (1 / Q)
loss = 1.7 + 400 / params**0.34 + 420 / tokens**0.29 + 0.003 * rng.standard_normal(35)
mean_params, mean_tokens = np.exp(np.log(params).mean()), np.exp(np.log(tokens).mean())


def surface(theta, n, d):
    e, a, b, alpha, beta = theta
    return np.exp(e) + np.exp(a) * (n / mean_params) ** -alpha + np.exp(b) * (d / mean_tokens) ** -beta


START = [np.log(1.6), -0.5, -0.5, 0.3, 0.3]
squares = least_squares(
    lambda theta: loss - surface(theta, params, tokens), START, jac="3-point", xtol=1e-15, ftol=1e-15, gtol=1e-15
)


def huber(theta):
    r = np.abs(np.log(loss) - np.log(surface(theta, params, tokens)))
    return np.sum(np.where(r <= 1e-3, r**2 / 2, 1e-3 * (r - 5e-4)))


robust = squares.x
for _ in range(30):
    robust = minimize(lambda x: huber(x) * 1e6, robust, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000}).x


def best(theta, flops):
    """Best log size along the budget, by bracketing and Brent's method."""

    def along(log_n):
        n = np.exp(log_n)
        return surface(theta, n, (flops / FACTOR / n**P) ** (1 / Q))

    found = minimize_scalar(along, bracket=(np.log(1e6), np.log(1e10), np.log(1e14)), tol=1e-14)
    # Brent alone reaches half the digits: a parabola through three close points gives the rest.
    h, x = 1e-3, found.x
    for _ in range(5):
        y = np.array([along(x - h), along(x), along(x + h)])
        x = x + h * (y[0] - y[2]) / (2 * (y[0] - 2 * y[1] + y[2]))
    return x


def exponent(theta):
    return (best(theta, 1e24) - best(theta, 1e20)) / np.log(1e4)


def gradient(of, theta, step=1e-4):
    return np.array([(of(theta + step * unit) - of(theta - step * unit)) / (2 * step) for unit in np.eye(5)])


degrees = 35 - 5
covariance = np.sum(squares.fun**2) / degrees * np.linalg.inv(squares.jac.T @ squares.jac)


def half_width(of):
    slopes = gradient(of, squares.x)
    return float(t.ppf(0.975, degrees) * np.sqrt(slopes @ covariance @ slopes))


minima = []
for flops in np.unique(budgets):
    rows = budgets == flops
    x = np.log(params[rows])
    c2, c1, _ = np.polyfit(x - x.mean(), loss[rows], 2)
    minima.append(np.exp(x.mean() - c1 / (2 * c2)))
slope, intercept = np.polyfit(np.log(np.unique(budgets)), np.log(minima), 1)

print(
    json.dumps(
        {
            "flops": budgets.tolist(),
            "params": params.tolist(),
            "tokens": tokens.tolist(),
            "loss": loss.tolist(),
            "target": TARGET,
            "parabola": {"params": float(np.exp(intercept + slope * np.log(TARGET))), "exponent": float(slope)},
            "projection": {
                "params": float(np.exp(best(squares.x, TARGET))),
                "exponent": float(exponent(squares.x)),
                "logParamsHalfWidth": half_width(lambda theta: best(theta, TARGET)),
                "exponentHalfWidth": half_width(exponent),
            },
            "surface": {
                "params": float(np.exp(best(robust, TARGET))),
                "exponent": float(exponent(robust)),
                "objective": float(huber(robust)),
            },
        },
        indent=1,
    )
)
