"""The peers of bench/laws.ts. Reads one JSON object a line and answers each with one.

{"task": "version"}                           what is compared, and how
{"task": "fit", params, tokens, loss, repeats}   Huber (1e-3) of the log loss: centred SciPy, exact gradients, nine starts
{"task": "grid", params, tokens, loss, repeats}  Huber (1e-3) of the loss: the vpnls package, or its search in C
{"task": "reference", params, tokens, loss, starts}  the first objective from many starts
Every answer holds "objective" (the sum), "seconds" and "cpuSeconds" (medians of the repeats).
"""
import ctypes, json, statistics, subprocess, sys, tempfile, time
from pathlib import Path

import warnings

import numpy as np
import scipy
from scipy.optimize import minimize, nnls

warnings.simplefilter("ignore")  # an exponent that overflows on a line search's way is no news
DELTA = 1e-3
STARTS = [(a, b) for a in (0.2, 0.4, 0.8) for b in (0.2, 0.4, 0.8)]

try:
    from vpnls.api import fit_vpnls, huber
except ImportError:
    fit_vpnls = None


def centred(params, tokens, loss):
    """Objective and gradient in log E, log A - alpha m, log B - beta m, log alpha, log beta; m are means of logarithms."""
    u, v, y = np.log(params), np.log(tokens), np.log(loss)
    u, v = u - u.mean(), v - v.mean()
    # Scaled so that the optimisers' absolute tolerances do not stop them short: the sum itself is near 1e-3.
    scale = 1 / DELTA**2

    def objective(t):
        e, alpha, beta = np.exp(t[0]), np.exp(t[3]), np.exp(t[4])
        a, b = np.exp(t[1] - alpha * u), np.exp(t[2] - beta * v)
        total = e + a + b
        r = y - np.log(total)
        size = np.abs(r)
        clipped = np.minimum(size, DELTA)
        pull = np.clip(r, -DELTA, DELTA) / total
        gradient = -scale * np.array(
            [pull.sum() * e, pull @ a, pull @ b, -alpha * (pull @ (a * u)), -beta * (pull @ (b * v))]
        )
        return scale * (clipped @ (size - clipped / 2)), gradient

    def start(alpha, beta):
        design = np.stack([np.ones_like(u), np.exp(-alpha * u), np.exp(-beta * v)], 1)
        linear, _ = nnls(design / loss[:, None], np.ones_like(loss))
        return np.array([*np.log(np.maximum(linear, 1e-5)), np.log(alpha), np.log(beta)])

    return objective, start, scale


# On the 240 runs the fastest of SciPy's that reach the optimum; the second for references, as it ends closer.
FAST = {"method": "L-BFGS-B", "options": {"ftol": 1e-9, "gtol": 1e-3}}
CLOSE = {"method": "BFGS", "options": {"gtol": 1e-2}}


def fit(params, tokens, loss, starts, how=FAST):
    objective, start, scale = centred(params, tokens, loss)
    found = [minimize(objective, start(*at), jac=True, **how) for at in starts]
    return min(one.fun for one in found) / scale


def load_grid():
    folder = tempfile.mkdtemp()
    library = str(Path(folder) / "grid.so")
    source = str(Path(__file__).with_name("bench-laws-grid.c"))
    subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(library).grid
    function.restype = ctypes.c_double
    array = np.ctypeslib.ndpointer(np.float64, flags="C_CONTIGUOUS")
    function.argtypes = [ctypes.c_int, array, array, array, ctypes.c_double, array]
    return function


grid_function = None


def grid(params, tokens, loss):
    global grid_function
    n, d = params / 1e6, tokens / 1e9
    if fit_vpnls is not None:
        return fit_vpnls(n, d, loss, resolution=0.01, loss=huber(DELTA)).loss_value * len(loss)
    if grid_function is None:
        grid_function = load_grid()
    return grid_function(len(loss), n, d, loss, DELTA, np.empty(5))


def timed(repeats, run):
    wall, cpu, result = [], [], None
    for _ in range(repeats):
        begun, before = time.perf_counter(), time.process_time()
        result = run()
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - before)
    return {"seconds": statistics.median(wall), "cpuSeconds": statistics.median(cpu)}, result


def answer(request):
    task = request["task"]
    if task == "version":
        kind = "vpnls" if fit_vpnls is not None else "the vpnls search in C (cc -O3 -march=native)"
        return {
            "fit": f"SciPy {scipy.__version__} L-BFGS-B, exact gradients, centred, {len(STARTS)} starts from NNLS",
            "grid": kind,
            "python": sys.version.split()[0],
        }
    params, tokens, loss = (np.array(request[name], dtype=float) for name in ("params", "tokens", "loss"))
    repeats = request.get("repeats", 1)
    if task == "grid":
        grid(params, tokens, loss)  # loads what has to be loaded
        times, objective = timed(repeats, lambda: grid(params, tokens, loss))
        return {**times, "objective": objective}
    if task == "reference":
        levels = np.geomspace(0.05, 2, round(request["starts"] ** 0.5))
        starts = [(a, b) for a in levels for b in levels]
        times, objective = timed(1, lambda: fit(params, tokens, loss, starts, CLOSE))
        return {**times, "objective": objective}
    times, objective = timed(repeats, lambda: fit(params, tokens, loss, STARTS))
    return {**times, "objective": objective}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
