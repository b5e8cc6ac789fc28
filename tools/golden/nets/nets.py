"""Whole nets in PyTorch: node tools/golden/nets/texts.ts | KERAS_BACKEND=torch python tools/golden/nets/nets.py [NAME...]

Writes test/golden/nets/NAME.json. The net is its own PyTorch text, a Keras file on Keras's torch backend, or a
config.json of Hugging Face transformers. Run in double precision it gives the
golden values; in single precision, in two orders of summation, it gives the error that PyTorch itself makes: images channels first and
channels last, for Keras with oneDNN and without, or attention written out and fused. Weights and batches follow from a hash, so the files hold only what comes out: norms and
projections of the gradients, the losses of 20 steps, and the running statistics after them.
"""

import contextlib
import hashlib
import json
import pathlib
import sys
import unittest.mock

import keras
import torch
import torch.nn.functional as F
import transformers
from drawn import digits, fed, projections, weight
from torch.overrides import TorchFunctionMode

TARGET = pathlib.Path(__file__).resolve().parents[3] / "test" / "golden" / "nets"
STEPS = 20
ADAMW = dict(learningRate=3e-4, beta1=0.9, beta2=0.98, epsilon=1e-8, weightDecay=0.1)
SGD = dict(learningRate=1e-3, momentum=0.9)
AVERAGE_POOL = keras.src.backend.torch.nn.average_pool
WAYS = {"exact": torch.float64, "plain": torch.float32, "other": torch.float32}


class TorchNet:
    """The last class of a PyTorch text."""

    def __init__(self, net, way):
        scope = {"__name__": "text"}
        exec(compile(net["text"], net["name"], "exec"), scope)
        model = [v for v in scope.values() if isinstance(v, type) and issubclass(v, torch.nn.Module)][-1]()
        self.model, self.is_last = model.to(WAYS[way]).train(), way == "other"
        if self.is_last:
            self.model.to(memory_format=torch.channels_last)
        self.parameters = dict(self.model.named_parameters())
        self.buffers = dict(self.model.named_buffers())

    def logits(self, x):
        is_image = self.is_last and x.dim() == 4
        y = self.model(x.contiguous(memory_format=torch.channels_last) if is_image else x)
        return y[0] if isinstance(y, tuple) else y

    def loss(self, kind, x, targets):
        y = self.logits(x)
        if kind == "cross-entropy":
            return F.cross_entropy(y.reshape(-1, y.shape[-1]), targets.reshape(-1))
        return F.mse_loss(y, targets) if kind == "mse" else F.binary_cross_entropy_with_logits(y, targets)


class InDouble(TorchFunctionMode):
    """Where a class asks for single precision whatever its weights are (norms, softmax, rotary tables), it gets double."""

    def __torch_function__(self, function, types, arguments=(), named=None):
        double = lambda value: torch.float64 if value is torch.float32 else value
        function = torch.Tensor.double if function is torch.Tensor.float else function
        return function(*map(double, arguments), **{key: double(value) for key, value in (named or {}).items()})


class TransformersNet(TorchNet):
    """The class that a config.json names. Its attention is written out, and in the other order PyTorch's fused kernel."""

    def __init__(self, net, way):
        document = json.loads(net["text"])
        config = transformers.AutoConfig.for_model(**document)
        has_kernel = getattr(config, "attn_logit_softcapping", None) is None
        attention = "sdpa" if way == "other" and has_kernel else "eager"
        self.precision = InDouble if way == "exact" else contextlib.nullcontext
        with self.precision():
            kind = getattr(transformers, document["architectures"][0])
            self.model = kind._from_config(config, attn_implementation=attention, dtype=WAYS[way]).train()
        self.parameters = dict(self.model.named_parameters())
        self.buffers = dict(self.model.named_buffers())

    def logits(self, x):
        with self.precision():
            return self.model(x).logits


def average_pool(inputs, *window, **named):
    """Keras's torch backend repeats the edge of an image where TensorFlow and JAX leave padding out of the mean."""
    zeros = lambda x, pad, mode: torch.constant_pad_nd(x, pad)
    with unittest.mock.patch.object(F, "pad", zeros):
        sums, counts = (AVERAGE_POOL(x, *window, **named) for x in (inputs, torch.ones_like(inputs)))
    return sums / counts


class KerasNet:
    """A Keras model of a JSON file."""

    def __init__(self, net, way):
        dtype = str(WAYS[way]).split(".")[1]
        keras.config.set_floatx(dtype)
        keras.src.backend.torch.nn.average_pool = average_pool
        self.model = keras.models.model_from_json(net["text"].replace('"float32"', f'"{dtype}"'))
        torch.backends.mkldnn.set_flags(way != "other")
        variables = {v.path: v.value for v in self.model.variables}
        prefix = f"{self.model.name}/" if isinstance(self.model, keras.Sequential) else ""
        made = {path.removeprefix(prefix): value for path, value in variables.items()}
        names = {p["name"] for p in net["parameters"]}
        self.parameters = {path: value for path, value in made.items() if path in names}
        self.buffers = {path: value for path, value in made.items() if path not in names}

    def last_activation(self):
        layer = self.model.layers[-1]
        while isinstance(layer, keras.Model):
            layer = layer.layers[-1]
        return getattr(getattr(layer, "activation", None), "__name__", None)

    def loss(self, kind, x, targets):
        """Ends in probabilities where its last activation makes them."""
        y, last = self.model(x, training=True), self.last_activation()
        if kind == "cross-entropy":
            y = y.reshape(-1, y.shape[-1])
            logs = y.log() if last == "softmax" else F.log_softmax(y, -1)
            return F.nll_loss(logs, targets.reshape(-1))
        if kind == "mse":
            return F.mse_loss(y, targets)
        return F.binary_cross_entropy(y if last == "sigmoid" else y.sigmoid(), targets)


FRAMEWORKS = {"pytorch": TorchNet, "keras": KerasNet, "transformers": TransformersNet}


def built(net, way):
    made = FRAMEWORKS[net["framework"]](net, way)
    names = {p["name"] for p in net["parameters"]}
    assert set(made.parameters) == names, (net["name"], set(made.parameters) ^ names)
    with torch.no_grad():
        for p in net["parameters"]:
            drawn = torch.from_numpy(weight(p["name"], p["shape"], p["role"], p["fanIn"]))
            assert drawn.shape == made.parameters[p["name"]].shape, p
            made.parameters[p["name"]].copy_(drawn)
    return made


def loss_of(net, made, way, step):
    def tensor(name, shape, dtype):
        limit = net["classes"] if name == "targets" else net["vocabulary"]
        values = torch.from_numpy(fed(step, name, shape, dtype, net["loss"], limit))
        return values if dtype == "int32" else values.to(WAYS[way])

    *inputs, targets = (tensor(**one) for one in net["inputs"])
    return made.loss(net["loss"], *inputs, targets)


def optimizer_of(net, trained, kind):
    if kind == "sgd":
        return torch.optim.SGD(trained.values(), lr=SGD["learningRate"], momentum=SGD["momentum"])
    decayed = {p["name"] for p in net["parameters"] if p["role"] in ("matrix", "head")}
    groups = [
        dict(params=[p for n, p in trained.items() if n in decayed], weight_decay=ADAMW["weightDecay"]),
        dict(params=[p for n, p in trained.items() if n not in decayed], weight_decay=0.0),
    ]
    return torch.optim.AdamW(groups, lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"])


def run(net, way, kind):
    """The losses of the steps, the first gradients and the last statistics."""
    made = built(net, way)
    trained = {p["name"]: made.parameters[p["name"]] for p in net["parameters"] if not p["frozen"]}
    optimizer = optimizer_of(net, trained, kind)
    losses, gradients = [], {}
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(net, made, way, step)
        loss.backward()
        if step == 0:
            gradients = {n: p.grad.detach().double().contiguous().numpy().copy() for n, p in trained.items()}
        optimizer.step()
        losses.append(loss.item())
    statistics = {n: made.buffers[n].detach().double().numpy() for n in net["buffers"]}
    return losses, gradients, statistics


def row(name, exact, others):
    """Norm and projections; by how much single precision lies off, by L2 norm."""
    norm = float((exact**2).sum() ** 0.5)
    errors = [float(((other - exact) ** 2).sum() ** 0.5) for other in others]
    return [name, digits(norm), [float(f"{e:.3g}") for e in errors], [digits(p) for p in projections(name, exact)]]


def golden(net):
    made = {kind: {way: run(net, way, kind) for way in WAYS} for kind in ("adamw", "sgd")}
    rows = lambda at: [
        row(name, exact, [made["adamw"][way][at][name] for way in ("plain", "other")])
        for name, exact in made["adamw"]["exact"][at].items()
    ]
    return dict(
        made=f"PyTorch {torch.__version__}",
        text=hashlib.sha256(net["text"].encode()).hexdigest(),
        optimizers=dict(adamw=ADAMW, sgd=SGD),
        losses={kind: {way: [digits(x) for x in made[kind][way][0]] for way in WAYS} for kind in made},
        gradients=rows(1),
        statistics=rows(2),
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
        spread = max(abs(a - b) for a, b in zip(*(result["losses"]["adamw"][way] for way in ("plain", "other"))))
        print(net["name"], result["losses"]["adamw"]["exact"][::6], spread, flush=True)


main()
