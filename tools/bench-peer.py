"""The peer of bench/engine.ts: the same training steps in PyTorch with its fused Adam and, on images, the better of both memory formats.

Reads lines `CASE THREADS SECONDS` and answers each with a line of JSON. Batches come from a pool of 32, drawn before timing.
"""
import json, resource, sys, time
import torch
import torch.nn.functional as F
from torch import nn


class Mlp(nn.Module):
    def __init__(self, widths):
        super().__init__()
        layers = []
        for a, b in zip(widths, widths[1:]):
            layers += [nn.Linear(a, b), nn.ReLU()]
        self.net = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.net(x)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        b, t, w = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, w)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, vocabulary, width, depth, heads, context):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)).flatten(0, 1)


class SqueezeExcitation(nn.Module):
    def __init__(self, width, reduced):
        super().__init__()
        self.down, self.up = nn.Conv2d(width, reduced, 1), nn.Conv2d(reduced, width, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(F.silu(self.down(x.mean((2, 3), keepdim=True)))))


def convolution(a, b, kernel=1, stride=1, groups=1, activation=True):
    layers = [nn.Conv2d(a, b, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(b, eps=1e-3)]
    return nn.Sequential(*layers, *([nn.SiLU()] if activation else []))


class Inverted(nn.Module):
    def __init__(self, a, b, kernel, stride, expansion):
        super().__init__()
        width = a * expansion
        self.residual = stride == 1 and a == b
        self.net = nn.Sequential(
            *([convolution(a, width)] if expansion > 1 else []),
            convolution(width, width, kernel, stride, groups=width),
            SqueezeExcitation(width, a // 4),
            convolution(width, b, activation=False),
        )

    def forward(self, x):
        return x + self.net(x) if self.residual else self.net(x)


# Depth, kernel, stride, expansion, width (Tan and Le 2019, table 1).
B0 = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]


def efficientnet_b0(classes):
    layers, a = [convolution(3, 32, 3, 2)], 32
    for depth, kernel, stride, expansion, width in B0:
        for index in range(depth):
            layers.append(Inverted(a, width, kernel, stride if index == 0 else 1, expansion))
            a = width
    return nn.Sequential(*layers, convolution(a, 1280), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, classes))


def plain_convnet():
    layers, a = [], 1
    for width, stride in ((32, 1), (64, 2), (128, 2)):
        layers += [nn.Conv2d(a, width, 3, stride, 1), nn.ReLU()]
        a = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(a, 10))


class VitBlock(Block):
    def forward(self, x):
        b, t, w = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, w))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self, image, patch, width, depth, heads, classes):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, (image // patch) ** 2 + 1, width))
        self.blocks = nn.ModuleList(VitBlock(width, heads) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x[:, 0]))


def images(make, batch, channels, size):
    pool = [(torch.randn(batch, channels, size, size), torch.randint(10, (batch,))) for _ in range(32)]
    return make, pool, F.cross_entropy


# A maker of the model, the pool of batches, and the loss.
CASES = {
    "W1": lambda: (lambda: Mlp([20, 64, 128, 64, 1]), [(torch.randn(32, 20), torch.rand(32, 1).round()) for _ in range(32)], F.binary_cross_entropy_with_logits),
    "W2": lambda: (lambda: Mlp([784, 1024, 1024, 10]), [(torch.randn(128, 784), torch.randint(10, (128,))) for _ in range(32)], F.cross_entropy),
    "W3": lambda: images(plain_convnet, 64, 1, 28),
    "W4": lambda: (lambda: Gpt(256, 128, 4, 4, 128), [(torch.randint(256, (16, 128)), torch.randint(256, (16, 128)).flatten()) for _ in range(32)], F.cross_entropy),
    "EfficientNet-B0": lambda: images(lambda: efficientnet_b0(10), 32, 3, 64),
    "ViT-Ti": lambda: images(lambda: Vit(32, 4, 192, 12, 3, 10), 64, 3, 32),
}
CHOOSING_SECONDS = 2


def stepper(name, layout):
    torch.manual_seed(0)
    make, pool, loss_of = CASES[name]()
    model = make().to(memory_format=layout)
    if pool[0][0].dim() == 4:
        pool = [(x.to(memory_format=layout), y) for x, y in pool]
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)

    def step(index):
        x, y = pool[index % len(pool)]
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    return step, sum(parameter.numel() for parameter in model.parameters())


def measure(step, seconds):
    for index in range(5):
        step(index)
    begun, cpu, steps = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - begun < seconds:
        step(steps)
        steps += 1
    return steps / (time.perf_counter() - begun), (time.process_time() - cpu) / steps


CHOSEN = {}


def chosen(name, threads):
    """The faster memory format, told from CPU time, which other work disturbs least."""
    if (name, threads) not in CHOSEN:
        layouts = [torch.contiguous_format] + ([torch.channels_last] if name in ("W3", "EfficientNet-B0", "ViT-Ti") else [])
        sides = [stepper(name, layout) for layout in layouts]
        cost = [measure(step, CHOOSING_SECONDS)[1] if len(sides) > 1 else 0 for step, _ in sides]
        CHOSEN[name, threads] = sides[cost.index(min(cost))]
    return CHOSEN[name, threads]


print(f"PyTorch {torch.__version__}", flush=True)
for line in sys.stdin:
    name, threads, seconds = line.split()
    torch.set_num_threads(int(threads))
    step, parameters = chosen(name, threads)
    rate, cpu = measure(step, float(seconds))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"stepsPerSecond": rate, "cpuSecondsPerStep": cpu, "peakBytes": peak, "parameters": parameters}), flush=True)
