"""Whole nets in PyTorch: node tools/golden/nets/texts.ts | python tools/golden/nets/nets.py [NAME...]

Writes test/golden/nets/NAME.json. The net is its own PyTorch text. Run in double precision it gives the golden values; in single precision, in
both layouts of images, it gives the error that PyTorch itself makes. Weights and batches follow from a hash, so the files hold only what comes
out: norms and projections of the gradients, the losses of 20 steps, and the running statistics after them.
"""

import hashlib
import json
import pathlib
import sys

import torch
import torch.nn.functional as F
from drawn import batch, digits, projections, weight

TARGET = pathlib.Path(__file__).resolve().parents[3] / "test" / "golden" / "nets"
STEPS = 20
ADAMW = dict(learningRate=3e-4, beta1=0.9, beta2=0.98, epsilon=1e-8, weightDecay=0.1)
SGD = dict(learningRate=1e-3, momentum=0.9)
WAYS = {"exact": (torch.float64, False), "plain": (torch.float32, False), "channelsLast": (torch.float32, True)}


def build(net, way):
    dtype, channels_last = WAYS[way]
    scope = {"__name__": "text"}
    exec(compile(net["text"], net["name"], "exec"), scope)
    model = [v for v in scope.values() if isinstance(v, type) and issubclass(v, torch.nn.Module)][-1]().to(dtype)
    named = dict(model.named_parameters())
    assert set(named) == {p["name"] for p in net["parameters"]}, set(named) ^ {p["name"] for p in net["parameters"]}
    with torch.no_grad():
        for p in net["parameters"]:
            value = torch.from_numpy(weight(p["name"], p["shape"], p["role"], p["fanIn"]))
            named[p["name"]].copy_(value.reshape(named[p["name"]].shape))
    if channels_last:
        model.to(memory_format=torch.channels_last)
    return model.train(), named


def loss_of(net, model, way, step):
    dtype, channels_last = WAYS[way]
    drawn = {k: torch.from_numpy(v) for k, v in batch(step, net["inputs"], net["classes"]).items()}
    targets = drawn.pop("targets")
    (x,) = drawn.values()
    if x.is_floating_point():
        x = x.to(dtype)
        if channels_last and x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
    y = model(x)
    y = y[0] if isinstance(y, tuple) else y
    return F.cross_entropy(y.reshape(-1, y.shape[-1]), targets.reshape(-1))


def optimizer_of(net, named, kind):
    if kind == "sgd":
        return torch.optim.SGD(named.values(), lr=SGD["learningRate"], momentum=SGD["momentum"])
    decayed = {p["name"] for p in net["parameters"] if p["role"] in ("matrix", "head")}
    groups = [
        dict(params=[p for n, p in named.items() if n in decayed], weight_decay=ADAMW["weightDecay"]),
        dict(params=[p for n, p in named.items() if n not in decayed], weight_decay=0.0),
    ]
    return torch.optim.AdamW(groups, lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"])


def trained(net, way, kind):
    """The losses of the steps, the first gradients and the last statistics."""
    model, named = build(net, way)
    optimizer = optimizer_of(net, named, kind)
    losses, gradients = [], {}
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(net, model, way, step)
        loss.backward()
        if step == 0:
            gradients = {n: p.grad.detach().double().contiguous().numpy().copy() for n, p in named.items()}
        optimizer.step()
        losses.append(loss.item())
    statistics = {n: b.detach().double().numpy() for n, b in model.named_buffers() if n in net["buffers"]}
    return losses, gradients, statistics


def row(name, exact, others):
    """Norm and projections; how far single precision lies off, as a share of the norm."""
    norm = float((exact**2).sum() ** 0.5)
    errors = [float(((other - exact) ** 2).sum() ** 0.5) for other in others]
    return [name, digits(norm), [float(f"{e:.3g}") for e in errors], [digits(p) for p in projections(name, exact)]]


def golden(net):
    made = {kind: {way: trained(net, way, kind) for way in WAYS} for kind in ("adamw", "sgd")}
    rows = lambda kind, at: [
        row(name, exact, [made[kind][way][at][name] for way in ("plain", "channelsLast")])
        for name, exact in made[kind]["exact"][at].items()
    ]
    return dict(
        made=f"PyTorch {torch.__version__}",
        text=hashlib.sha256(net["text"].encode()).hexdigest(),
        optimizers=dict(adamw=ADAMW, sgd=SGD),
        losses={kind: {way: [digits(x) for x in made[kind][way][0]] for way in WAYS} for kind in made},
        gradients=rows("adamw", 1),
        statistics=rows("adamw", 2),
    )


def main():
    torch.set_num_threads(1)
    torch.backends.nnpack.set_flags(False)
    TARGET.mkdir(exist_ok=True)
    for net in json.load(sys.stdin):
        if sys.argv[1:] and net["name"] not in sys.argv[1:]:
            continue
        result = golden(net)
        (TARGET / f"{net['name']}.json").write_text(json.dumps(result).replace('], ["', '],\n["') + "\n")
        spread = max(abs(a - b) for a, b in zip(*(result["losses"]["adamw"][w] for w in ("plain", "channelsLast"))))
        print(net["name"], result["losses"]["adamw"]["exact"][::6], spread, flush=True)


main()
