"""Golden gradients and losses of mlp and gpt, in float64, by PyTorch's own automatic differentiation.

python3 tools/golden/gradients.py   (PyTorch 2.13, NumPy; writes test/golden/gradients/*.json)

Every number that goes in follows from an integer hash, so that the files hold only what comes out.
"""
import base64, json, math, pathlib
import numpy as np, torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
OUT = pathlib.Path(__file__).parents[2] / "test/golden/gradients"
BATCH, STEPS = 3, 20
OPTIMIZER = dict(learningRate=0.01, beta1=0.9, beta2=0.98, epsilon=1e-8, weightDecay=0.1, clip=1.0)


def hashed(stream, count):
    """Whole numbers of 32 bits: (stream, index) through two rounds of multiply and shift."""
    z = (np.arange(count, dtype=np.uint64) * 2654435761 + stream * 40503 + 12345) & 0xFFFFFFFF
    z = ((z ^ (z >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    z = ((z ^ (z >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    return z ^ (z >> 16)


def uniform(stream, shape):
    """Single-precision numbers in [-0.5, 0.5)."""
    values = hashed(stream, math.prod(shape)).astype(np.float64) / 2**32 - 0.5
    return torch.tensor(values.astype(np.float32).astype(np.float64).reshape(shape))


class Parameters:
    """Makes parameters in the order in which the model asks for them, as the engine does."""

    def __init__(self):
        self.made = {}
        self.decayed = []

    def __call__(self, name, shape, role, fan_in=1):
        if name not in self.made:
            scale = 2 / math.sqrt(fan_in) if role in ("matrix", "head") else 1.0
            value = uniform(len(self.made) + 1, shape) * np.float32(scale).item()
            if role == "gain":
                value = value + 1
            value = value.float().double()
            self.made[name] = value.requires_grad_()
            if role in ("matrix", "head"):
                self.decayed.append(name)
        return self.made[name]


def activation(name, x):
    return {
        "relu": F.relu, "relu2": lambda x: F.relu(x) ** 2, "gelu": F.gelu,
        "gelu-tanh": lambda x: F.gelu(x, approximate="tanh"), "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    }[name](x)


def rotate(x, context, size):
    half = size // 2
    frequency = 10000.0 ** (-torch.arange(half) / half)
    angle = torch.arange(context)[:, None] * frequency[None, :]
    # The engine keeps its tables in single precision.
    cos = torch.cat([angle.cos()] * 2, 1).float().double()
    sin = torch.cat([angle.sin()] * 2, 1).float().double()
    a, b = x[..., :half], x[..., half:]
    return x * cos + torch.cat([-b, a], -1) * sin


def gpt(s, p, tokens, targets):
    w, heads, context = s["width"], s["heads"], s["context"]
    kv = s.get("kvHeads", heads)
    size, batch = w // heads, tokens.shape[0]

    def linear(x, layer, name, role, inputs, outputs, bias=s["bias"]):
        weight = p(f"{layer}.{name}" if name == "weight" else f"{layer}.{name}.weight", (inputs, outputs), role, inputs)
        y = x @ weight
        return y + p(f"{layer}.{name}.bias", (outputs,), "bias") if bias else y

    def norm(x, layer):
        if s["norm"] == "layernorm":
            y = (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + 1e-5)
        else:
            y = x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5)
        if s["normGain"]:
            y = y * p(f"{layer}.norm.gain", (w,), "gain")
            if s["bias"] and s["norm"] == "layernorm":
                y = y + p(f"{layer}.norm.bias", (w,), "bias")
        return y

    def shift(x):
        if not s["tokenShift"]:
            return x
        h = w // 2
        return torch.cat([F.pad(x[:, :-1, :h], (0, 0, 1, 0)), x[:, :, h:]], -1)

    table = p("embedding.tokens", (s["vocabulary"], w), "embedding")
    x = table[tokens]
    if s["positions"] == "learned":
        x = x + p("embedding.positions", (context, w), "position")
    for block in range(s["depth"]):
        layer = f"block{block}.attention"
        qkv = linear(shift(norm(x, layer)), layer, "qkv", "matrix", w, (heads + 2 * kv) * size)
        qkv = qkv.view(batch, context, heads + 2 * kv, size).transpose(1, 2)
        q, k, v = qkv[:, :heads], qkv[:, heads:heads + kv], qkv[:, heads + kv:]
        if s["positions"] == "rotary":
            q, k = rotate(q, context, size), rotate(k, context, size)
        k, v = (t.repeat_interleave(heads // kv, 1) for t in (k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        y = y.transpose(1, 2).reshape(batch, context, w)
        x = x + linear(y, layer, "output", "matrix", w, w)
        layer, hidden = f"block{block}.mlp", round(s["feedForward"] * w)
        y = shift(norm(x, layer))
        if s["activation"] == "swiglu":
            gate, up = linear(y, layer, "gateUp", "matrix", w, 2 * hidden).split(hidden, -1)
            y = F.silu(gate) * up
        else:
            y = activation(s["activation"], linear(y, layer, "up", "matrix", w, hidden))
        x = x + linear(y, layer, "down", "matrix", hidden, w)
    x = norm(x, "head")
    logits = x @ table.T if s["tiedHead"] else linear(x, "head", "weight", "head", w, s["vocabulary"], bias=False)
    return F.cross_entropy(logits.reshape(-1, s["vocabulary"]), targets.reshape(-1))


def mlp(s, p, x, targets):
    widths = [s["inputs"], *s["hidden"], s["outputs"]]
    for index in range(len(widths) - 1):
        last = index == len(widths) - 2
        weight = p(f"dense{index}.weight", (widths[index], widths[index + 1]), "head" if last else "matrix", widths[index])
        x = x @ weight + p(f"dense{index}.bias", (widths[index + 1],), "bias")
        if not last:
            x = activation(s["activation"], x)
    if s["loss"] == "cross-entropy":
        return F.cross_entropy(x, targets)
    return F.mse_loss(x, targets) if s["loss"] == "mse" else F.binary_cross_entropy_with_logits(x, targets)


def inputs(s, step):
    if s["family"] == "gpt":
        count = BATCH * s["context"]
        draw = lambda stream: torch.tensor((hashed(stream, count) % s["vocabulary"]).astype(np.int64)).view(BATCH, -1)
        return draw(1000 + 2 * step), draw(1001 + 2 * step)
    x = uniform(1000 + 2 * step, (BATCH, s["inputs"]))
    if s["loss"] == "cross-entropy":
        return x, torch.tensor((hashed(1001 + 2 * step, BATCH) % s["outputs"]).astype(np.int64))
    y = uniform(1001 + 2 * step, (BATCH, s["outputs"]))
    return x, y if s["loss"] == "mse" else (y > 0).double()


def adamw(p, m, v, step):
    o = OPTIMIZER
    norm = math.sqrt(sum((q.grad ** 2).sum().item() for q in p.made.values()))
    factor = o["clip"] / norm if norm > o["clip"] else 1.0
    with torch.no_grad():
        for name, q in p.made.items():
            g = q.grad * factor
            m[name] = o["beta1"] * m[name] + (1 - o["beta1"]) * g
            v[name] = o["beta2"] * v[name] + (1 - o["beta2"]) * g * g
            decay = o["weightDecay"] if name in p.decayed else 0.0
            mean = m[name] / (1 - o["beta1"] ** (step + 1))
            root = torch.sqrt(v[name] / (1 - o["beta2"] ** (step + 1))) + o["epsilon"]
            q.sub_(o["learningRate"] * (decay * q + mean / root))


def golden(spec):
    model, p = (gpt if spec["family"] == "gpt" else mlp), Parameters()
    losses, gradients, m, v = [], {}, {}, {}
    for step in range(STEPS):
        loss = model(spec, p, *inputs(spec, step))
        for q in p.made.values():
            q.grad = None
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = {n: base64.b64encode(q.grad.numpy().astype("<f4").tobytes()).decode() for n, q in p.made.items()}
            m = {n: torch.zeros_like(q) for n, q in p.made.items()}
            v = {n: torch.zeros_like(q) for n, q in p.made.items()}
        adamw(p, m, v, step)
    return dict(made="PyTorch " + torch.__version__, spec=spec, batch=BATCH, optimizer=OPTIMIZER, losses=losses, gradients=gradients)


GPT = dict(family="gpt", vocabulary=19, context=6, width=8, depth=2, heads=2, feedForward=4, activation="gelu", positions="learned",
           norm="layernorm", normGain=True, tokenShift=False, tiedHead=False, bias=False)
MLP = dict(family="mlp", inputs=5, hidden=[7, 6], outputs=3, activation="relu", loss="cross-entropy")
CASES = {
    "gpt-plain": GPT,
    "gpt-bias": GPT | dict(bias=True),
    "gpt-gelu-tanh": GPT | dict(activation="gelu-tanh"),
    "gpt-relu2-no-gain": GPT | dict(activation="relu2", normGain=False),
    "gpt-swiglu-rms": GPT | dict(activation="swiglu", norm="rmsnorm", feedForward=2.5),
    "gpt-rotary-grouped": GPT | dict(positions="rotary", heads=4, kvHeads=2),
    "gpt-one-kv-head": GPT | dict(heads=4, kvHeads=1, bias=True),
    "gpt-token-shift": GPT | dict(tokenShift=True),
    "gpt-token-shift-odd": GPT | dict(tokenShift=True, width=9, heads=3),
    "gpt-tied": GPT | dict(tiedHead=True),
    "gpt-everything": GPT | dict(tiedHead=True, bias=True, tokenShift=True, positions="rotary", kvHeads=1, activation="swiglu", norm="rmsnorm"),
    **{f"mlp-{a}": MLP | dict(activation=a) for a in ("relu", "gelu", "gelu-tanh", "relu2", "tanh", "sigmoid")},
    "mlp-mse": MLP | dict(loss="mse"),
    "mlp-binary": MLP | dict(loss="binary-cross-entropy", outputs=2),
    "mlp-linear": MLP | dict(hidden=[]),
}

if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for name, spec in CASES.items():
        (OUT / f"{name}.json").write_text(json.dumps(golden(spec)) + "\n")
        print(name)
