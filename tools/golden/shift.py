"""Golden line between probits, by SciPy: python tools/golden/shift.py > test/golden/shift/line.json

Sixteen models on a line with noise, two of them far above it. Least squares with intervals by scipy.stats.linregress; Huber's loss by
scipy.optimize.least_squares at 1.345 times the scale that the median absolute residual gives, in rounds.
"""

import json

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import linregress, norm, t

rng = np.random.default_rng(5)
x = np.linspace(-0.4, 1.3, 16)
y = -0.35 + 0.93 * x + 0.03 * rng.standard_normal(16)
y[[4, 11]] += 0.5
n = len(x)

line = linregress(x, y)
quantile = t.ppf(0.975, n - 2)
residuals = y - line.intercept - line.slope * x
theta, rest = np.array([line.intercept, line.slope]), residuals
for _ in range(30):
    scale = np.median(np.abs(rest)) / norm.ppf(0.75) * np.sqrt(n / (n - 2))
    # least_squares halves its cost and squares its scale: the same minimum as Huber's loss at delta = f_scale.
    theta = least_squares(
        lambda theta: y - theta[0] - theta[1] * x, theta, loss="huber", f_scale=1.345 * scale, xtol=1e-15, ftol=1e-15, gtol=1e-15
    ).x
    rest = y - theta[0] - theta[1] * x
print(
    json.dumps(
        {
            "id": norm.cdf(x).tolist(),
            "ood": norm.cdf(y).tolist(),
            "squares": {
                "offset": line.intercept,
                "slope": line.slope,
                "offsetHalf": quantile * line.intercept_stderr,
                "slopeHalf": quantile * line.stderr,
                "r2": line.rvalue**2,
                "scatter": float(np.sqrt(np.sum(residuals**2) / (n - 2))),
            },
            "huber": {"offset": float(theta[0]), "slope": float(theta[1])},
        },
        indent=1,
    )
)
