"""exp, log and pow to 60 digits, by mpmath: the nearest double and, in units of its last place, what is left over.

python3 tools/golden/elementary.py   (mpmath 1.3; writes test/golden/elementary.json)
"""
import json, math, pathlib, random
import mpmath as mp

mp.mp.dps = 60
OUT = pathlib.Path(__file__).parents[2] / "test/golden/elementary.json"


def rounded(exact):
    """[nearest double, (exact - double) / ulp]"""
    near = float(exact)
    return [near, float((exact - mp.mpf(near)) / mp.mpf(math.ulp(near)))]


random.seed(20)
exps = [random.uniform(-700, 700) for _ in range(150)] + [random.uniform(-2, 2) for _ in range(100)] + [1e-9, 0.5, 1.0, 709.7]
logs = [10 ** random.uniform(-300, 300) for _ in range(150)] + [random.uniform(0.5, 2) for _ in range(100)] + [1 + 1e-9, 3e-310, 10.0]
pows = [(10 ** random.uniform(3, 25), random.uniform(-2, 2)) for _ in range(200)]
OUT.write_text(json.dumps({
    "exp": [[x, *rounded(mp.exp(mp.mpf(x)))] for x in exps],
    "log": [[x, *rounded(mp.log(mp.mpf(x)))] for x in logs],
    "pow": [[x, y, *rounded(mp.power(mp.mpf(x), mp.mpf(y)))] for x, y in pows],
}, separators=(",", ":")) + "\n")
