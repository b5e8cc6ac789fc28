"""The peer of bench/engine.ts: the same training steps in PyTorch with its fused Adam.

Reads lines `CASE THREADS SECONDS` and answers each with the steps a second. Batches come from a pool of 32, drawn before timing.
"""
import sys, time
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


def case(name):
    torch.manual_seed(0)
    if name == "W1":
        model = Mlp([20, 64, 128, 64, 1])
        pool = [(torch.randn(32, 20), torch.rand(32, 1).round()) for _ in range(32)]
        return model, pool, F.binary_cross_entropy_with_logits
    if name == "W2":
        model = Mlp([784, 1024, 1024, 10])
        pool = [(torch.randn(128, 784), torch.randint(10, (128,))) for _ in range(32)]
        return model, pool, F.cross_entropy
    model = Gpt(256, 128, 4, 4, 128)
    pool = [(torch.randint(256, (16, 128)), torch.randint(256, (16, 128)).flatten()) for _ in range(32)]
    return model, pool, F.cross_entropy


CASES = {}


def steps_per_second(name, threads, seconds):
    torch.set_num_threads(threads)
    if name not in CASES:
        model, pool, loss = case(name)
        CASES[name] = model, pool, loss, torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    model, pool, loss_of, optimizer = CASES[name]

    def step(index):
        x, y = pool[index % len(pool)]
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    for index in range(5):
        step(index)
    begun, steps = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        step(steps)
        steps += 1
    return steps / (time.perf_counter() - begun)


print(f"PyTorch {torch.__version__}", flush=True)
for line in sys.stdin:
    name, threads, seconds = line.split()
    print(steps_per_second(name, int(threads), float(seconds)), flush=True)
