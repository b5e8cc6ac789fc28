"""Golden values of optimisers and schedules. Run: python tools/golden/optim/optim.py > test/golden/optim/optim.json

Optimisers: 20 steps in float64 from given weights [3, 4] and [6] with given gradients. SGD and AdamW are torch.optim's own; Muon is
restated from Jordan et al. 2024 in float64, for torch.optim.Muon orthogonalises in bfloat16. The vector is AdamW's under Muon.
Schedules: torch.optim.lr_scheduler's own.
"""

import json
import math

import torch

STEPS = 20
RATE = 0.05
torch.set_default_dtype(torch.float64)


def start():
    matrix = torch.tensor([math.sin(1.3 * i + 0.2) for i in range(12)]).reshape(3, 4)
    vector = torch.tensor([math.cos(0.7 * i) for i in range(6)])
    return [torch.nn.Parameter(matrix), torch.nn.Parameter(vector)]


def gradient(index, position, step):
    return math.sin(0.37 * (step + 1) * (position + 1) + index) + 0.1 * math.cos(step)


def set_gradients(parameters, step):
    for index, parameter in enumerate(parameters):
        values = [gradient(index, i, step) for i in range(parameter.numel())]
        parameter.grad = torch.tensor(values).reshape(parameter.shape)


def run(make, clip=0.0):
    parameters = start()
    step_of = make(parameters)
    for step in range(STEPS):
        set_gradients(parameters, step)
        if clip:
            torch.nn.utils.clip_grad_norm_(parameters, clip)
        step_of()
    return [parameter.detach().flatten().tolist() for parameter in parameters]


def torch_sgd(decay, **options):
    def make(parameters):
        groups = [{"params": parameters[:1], "weight_decay": decay}, {"params": parameters[1:]}]
        return torch.optim.SGD(groups, lr=RATE, **options).step

    return make


def decoupled_sgd(decay, momentum):
    def make(parameters):
        moments = [torch.zeros_like(parameter) for parameter in parameters]

        @torch.no_grad()
        def step():
            for index, (parameter, moment) in enumerate(zip(parameters, moments)):
                moment.mul_(momentum).add_(parameter.grad)
                parameter.mul_(1 - RATE * decay if index == 0 else 1).sub_(RATE * moment)

        return step

    return make


def torch_adamw(decay):
    def make(parameters):
        groups = [{"params": parameters[:1], "weight_decay": decay}, {"params": parameters[1:], "weight_decay": 0}]
        return torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98), eps=1e-8).step

    return make


def newton_schulz(matrix):
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix / max(matrix.norm().item(), 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x


def muon(decay, scale, nesterov):
    def make(parameters):
        matrix, vector = parameters
        moment = torch.zeros_like(matrix)
        adam = torch.optim.AdamW([vector], lr=0.5 * RATE, betas=(0.9, 0.98), eps=1e-8, weight_decay=0)
        rows, columns = matrix.shape
        length = {"rms": 0.2 * math.sqrt(max(rows, columns)), "spectral": math.sqrt(max(1, rows / columns))}[scale]

        @torch.no_grad()
        def step():
            moment.lerp_(matrix.grad, 0.05)
            direction = matrix.grad.lerp(moment, 0.95) if nesterov else moment
            matrix.mul_(1 - RATE * decay).sub_(RATE * length * newton_schulz(direction))
            adam.step()

        return step

    return make


def schedule(make, steps):
    optimizer = torch.optim.SGD(start(), lr=1.0)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) <= steps and scheduler.last_epoch < steps - (1 if isinstance(scheduler, lr.OneCycleLR) else 0):
            scheduler.step()
    return rates


lr = torch.optim.lr_scheduler
optimizers = {
    "sgd": run(torch_sgd(0.0)),
    "sgd-momentum": run(torch_sgd(0.1, momentum=0.9)),
    "sgd-nesterov": run(torch_sgd(0.1, momentum=0.9, nesterov=True)),
    "sgd-clipped": run(torch_sgd(0.0, momentum=0.9), clip=0.5),
    "sgd-decoupled": run(decoupled_sgd(0.1, 0.9)),
    "adamw": run(torch_adamw(0.1)),
    "muon-rms": run(muon(0.1, "rms", True)),
    "muon-spectral": run(muon(0.0, "spectral", False)),
}
schedules = {
    "one-cycle": schedule(lambda o: lr.OneCycleLR(o, max_lr=1.0, total_steps=50), 50)[:50],
    "one-cycle-linear": schedule(
        lambda o: lr.OneCycleLR(o, max_lr=1.0, total_steps=37, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100), 37
    )[:37],
    "cosine": schedule(lambda o: lr.CosineAnnealingLR(o, T_max=40, eta_min=0.05), 40),
    "linear": schedule(lambda o: lr.LinearLR(o, start_factor=1.0, end_factor=0.05, total_iters=40), 40),
    "step": schedule(lambda o: lr.MultiStepLR(o, milestones=[20, 30], gamma=0.1), 40),
}
print(json.dumps({"torch": torch.__version__, "optimizers": optimizers, "schedules": schedules}))
