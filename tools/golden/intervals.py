"""Golden intervals of a fit, by SciPy: python tools/golden/intervals.py > test/golden/intervals/power-law-offset.json

A power law with offset through twelve runs, least squares of the log loss; delta method with Student's t for the curve and for a
new run a decade beyond, and for each parameter's logarithm.
"""

import json

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import t

rng = np.random.default_rng(7)
flops = 1e17 * 3.0 ** np.arange(12)
loss = (1.7 + 250 / flops**0.16) * np.exp(0.004 * rng.standard_normal(12))


def log_law(theta, at):
    log_offset, log_reducible, exponent = theta
    # Centred coefficient: the reducible loss at 1e20 FLOPs.
    return np.log(np.exp(log_offset) + np.exp(log_reducible) * (at / 1e20) ** -exponent)


fit = least_squares(
    lambda theta: np.log(loss) - log_law(theta, flops),
    [np.log(1.5), 0.0, 0.15],
    jac="3-point",
    xtol=1e-15,
    ftol=1e-15,
    gtol=1e-15,
)
degrees = len(loss) - 3
variance = np.sum(fit.fun**2) / degrees
covariance = variance * np.linalg.inv(fit.jac.T @ fit.jac)


def gradient(of, theta, step=1e-5):
    return np.array([(of(theta + step * unit) - of(theta - step * unit)) / (2 * step) for unit in np.eye(3)])


def half_width(of, extra=0.0):
    slopes = gradient(of, fit.x)
    return float(t.ppf(0.975, degrees) * np.sqrt(slopes @ covariance @ slopes + extra))


target = float(flops[-1] * 10)
log_offset, log_reducible, exponent = fit.x
print(
    json.dumps(
        {
            "flops": flops.tolist(),
            "loss": loss.tolist(),
            "target": target,
            "objective": float(np.sum(fit.fun**2)),
            "forecast": float(np.exp(log_law(fit.x, target))),
            "logHalfWidths": {
                "curve": half_width(lambda theta: log_law(theta, target)),
                "newRun": half_width(lambda theta: log_law(theta, target), variance),
                "E": half_width(lambda theta: theta[0]),
                "A": half_width(lambda theta: theta[1] + theta[2] * np.log(1e20)),
                "alpha": half_width(lambda theta: np.log(theta[2])),
            },
        },
        indent=1,
    )
)
