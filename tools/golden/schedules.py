"""Golden losses of schedule laws by their plain sums: python tools/golden/schedules.py > test/golden/schedules/laws.json

One schedule with all that can happen: a linear warm-up, a plateau, a cosine decay, a jump down, a rise, a decay to almost nothing. The sums
run over every step, as Luo et al. 2025 (arXiv 2503.12811, equations 1 to 3) and Tissue et al. 2024 (arXiv 2408.11029, equation 1) write
them. The rows are the schedule's knots: a reader has to go linearly between them.
"""

import json

import numpy as np

WARMUP, PEAK = 200, 3e-4
knots = [(WARMUP, PEAK), (1000, PEAK)]
knots += [(1000 + 20 * i, 5e-5 + 1.25e-4 * (1 + np.cos(np.pi * i / 100))) for i in range(1, 101)]
knots += [(3000 + 50 * i, 5e-5) for i in range(1, 11)]
knots += [(3550, 1e-5), (3600, 1e-5), (4000, 1e-4), (4400, 1e-4), (5000, 1e-8)]
steps = np.arange(5001)
rates = np.interp(steps, [0] + [step for step, _ in knots], [0.0] + [rate for _, rate in knots])
# The fall to 1e-5 stands out from its neighbours: a jump at its own row.
rates[3501:3550] = 5e-5
sums = np.cumsum(rates)


def multi_power(t, L0, A, alpha, B, C, beta, gamma):
    k = np.arange(1, t + 1)
    falls = rates[k - 1] - rates[k]
    since = sums[t] - sums[k - 1]
    gain = np.sum(falls * (1 - (1 + C * rates[k] ** -gamma * since) ** -beta))
    return L0 + A * sums[t] ** -alpha - B * gain


def annealing(t, L0, A, alpha, C, K):
    lam, momentum, area = np.exp(-1 / K), 0.0, 0.0
    for step in range(1, t + 1):
        momentum = lam * momentum + rates[step - 1] - rates[step]
        area += momentum
    return L0 + A * sums[t] ** -alpha - C * area


POINTS = [200, 201, 260, 999, 1001, 1500, 2990, 3400, 3549, 3550, 3551, 3700, 4001, 4399, 4700, 4999, 5000]
LAWS = {
    "multi-power": (multi_power, dict(L0=3.04, A=0.525, alpha=0.508, B=363.8, C=2.066, beta=0.583, gamma=0.641)),
    "annealing": (annealing, dict(L0=3.04, A=0.52, alpha=0.505, C=1.64, K=232.0)),
    "steps-only": (lambda t, L0, A, alpha: L0 + A * t**-alpha, dict(L0=3.2, A=384.0, alpha=0.8)),
}
print(
    json.dumps(
        {
            "rows": [{"step": int(step), "learningRate": float(rate)} for step, rate in knots],
            "steps": POINTS,
            "sums": [float(sums[t]) for t in POINTS],
            "laws": {
                name: {"parameters": values, "losses": [float(law(t, **values)) for t in POINTS]}
                for name, (law, values) in LAWS.items()
            },
        },
        indent=1,
    )
)
