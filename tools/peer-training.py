"""The peer of `isoflop train`: the same training file in PyTorch, with the same settings and its own random numbers.

    python tools/peer-training.py examples/mnist/training.yaml [--seeds 3] [--threads 2]

Prints one line of JSON a seed. Knows what the examples use: convnets of `convolution` and `basic` blocks, mlp and gpt; IDX files and npz
archives of JPEG files, CSV tables, bytes of a text; AdamW with a cosine schedule. Weight decay falls on matrices, filters and the head alone.
"""
import argparse, gzip, io, json, math, os, subprocess, time
import numpy as np
import torch
import torch.nn.functional as F
import yaml
from torch import nn


SPLIT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "table-split.ts")


def normal_(tensor, fan_in, share=1.0):
    nn.init.normal_(tensor, 0, math.sqrt(share / fan_in))


class Basic(nn.Module):
    def __init__(self, inputs, width, stride, kernel):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, kernel, stride, kernel // 2, bias=False)
        self.conv2 = nn.Conv2d(width, width, kernel, 1, kernel // 2, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
        same = stride == 1 and inputs == width
        self.shortcut = nn.Identity() if same else nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.shortcut(x))


def convnet(spec, channels, classes):
    stem = spec["stem"]
    kernel = stem.get("kernel", 3)
    filtered = lambda a, b, k, s: [nn.Conv2d(a, b, k, s, k // 2, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    layers, width = filtered(channels, stem["width"], kernel, stem.get("stride", 2)), stem["width"]
    for stage in spec["stages"]:
        for index in range(stage["depth"]):
            stride, kernel = (stage.get("stride", 1) if index == 0 else 1), stage.get("kernel", 3)
            if stage["block"] == "basic":
                layers.append(Basic(width, stage["width"], stride, kernel))
            else:
                layers += filtered(width, stage["width"], kernel, stride)
            width = stage["width"]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            normal_(module.weight, module.weight[0].numel())
    nn.init.zeros_(net[-1].bias)
    return net.to(memory_format=torch.channels_last)


def mlp(spec, inputs, outputs):
    widths, layers = [inputs, *spec["hidden"], outputs], []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), nn.GELU() if spec.get("activation", "relu") == "gelu" else nn.ReLU()]
        normal_(layers[-2].weight, a)
        nn.init.zeros_(layers[-2].bias)
    return nn.Sequential(*layers[:-1])


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        b, t, w = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, w))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    """Learned positions, no biases, a head that starts at zero."""

    def __init__(self, spec, vocabulary):
        super().__init__()
        width, depth = spec["width"], spec["depth"]
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(spec["context"], width)
        self.blocks = nn.ModuleList(Block(width, spec["heads"]) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width, bias=False), nn.Linear(width, vocabulary, bias=False)
        nn.init.normal_(self.tokens.weight)
        nn.init.normal_(self.positions.weight, 0, 0.02)
        nn.init.zeros_(self.head.weight)
        for block in self.blocks:
            for layer, share in ((block.qkv, 1), (block.up, 1), (block.out, 1 / (2 * depth)), (block.down, 1 / (2 * depth))):
                normal_(layer.weight, layer.in_features, share)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)).flatten(0, 1)


def read_images(base, paths):
    paths = [os.path.join(base, path) for path in ([paths] if isinstance(paths, str) else paths)]
    if "idx3" in paths[0]:
        images = np.frombuffer(gzip.open(paths[0]).read(), np.uint8)[16:].reshape(-1, 1, 28, 28)
        return images, np.frombuffer(gzip.open(paths[1]).read(), np.uint8)[8:].astype(np.int64)
    from PIL import Image

    images, labels = [], []
    for path in paths:
        archive = np.load(path)
        blob, offsets = archive["blob"].tobytes(), archive["offsets"]
        decode = lambda a, b: np.asarray(Image.open(io.BytesIO(blob[a:b])).convert("RGB")).transpose(2, 0, 1)
        images += [decode(a, b) for a, b in zip(offsets, offsets[1:])]
        labels.append(archive["labels"].astype(np.int64))
    return np.stack(images), np.concatenate(labels)


class Images:
    """Images normalised by the training part, moved by up to `crop` pixels and mirrored."""

    def __init__(self, data, base):
        self.x, self.y = read_images(base, data["train"])
        self.test = read_images(base, data["test"])
        scaled = self.x.astype(np.float64) / 255
        self.mean, self.deviation = scaled.mean((0, 2, 3)), scaled.std((0, 2, 3))
        augment = data.get("augment", {})
        self.crop, self.flip = augment.get("crop", 0), augment.get("flip", False)
        self.padded = np.pad(self.x, ((0, 0), (0, 0), (self.crop,) * 2, (self.crop,) * 2))
        self.count, self.channels, self.classes = len(self.x), self.x.shape[1], int(self.y.max()) + 1

    def normalized(self, pixels):
        mean, deviation = (np.float32(v).reshape(-1, 1, 1) for v in (self.mean, self.deviation))
        x = torch.from_numpy((pixels.astype(np.float32) / 255 - mean) / deviation)
        return x.contiguous(memory_format=torch.channels_last)

    def batch(self, rows, rng):
        side = self.x.shape[-1]
        moves = rng.integers(0, 2 * self.crop + 1, (len(rows), 2))
        x = np.stack([self.padded[i, :, dy : dy + side, dx : dx + side] for i, (dy, dx) in zip(rows, moves)])
        if self.flip:
            mirrored = rng.random(len(rows)) < 0.5
            x[mirrored] = x[mirrored, :, :, ::-1]
        return self.normalized(x), torch.from_numpy(self.y[rows])

    def judge(self, net):
        x, y = self.test
        logits = torch.cat([net(self.normalized(x[i : i + 500])) for i in range(0, len(x), 500)])
        target = torch.from_numpy(y)
        return {"loss": F.cross_entropy(logits, target).item(), "accuracy": (logits.argmax(1) == target).double().mean().item()}


class Table:
    """A CSV table with one-hot categories, divided as isoflop divides it."""

    def __init__(self, data, base, path):
        import csv

        rows = list(csv.DictReader(open(os.path.join(base, data["train"]))))
        split = subprocess.run(["node", SPLIT, path, str(len(rows))], capture_output=True, check=True).stdout
        held = np.array(json.loads(split))
        train = np.setdiff1d(np.arange(len(rows)), held)
        columns = []
        for name in rows[0]:
            if name == data["target"]:
                continue
            try:
                values = np.array([float(row[name]) if row[name] else math.nan for row in rows])
                values[np.isnan(values)] = np.nanmedian(values[train])
                columns.append((values - values[train].mean()) / values[train].std())
            except ValueError:
                texts = [row[name] for row in rows]
                columns += [np.array([float(text == value) for text in texts]) for value in sorted({texts[i] for i in train})]
        self.x = torch.from_numpy(np.stack(columns, 1).astype(np.float32))
        target = np.array([float(row[data["target"]]) for row in rows])
        self.deviation = target[train].std()
        self.y = torch.from_numpy(((target - target[train].mean()) / self.deviation).astype(np.float32))[:, None]
        self.train, self.held, self.count = train, held, len(train)

    def batch(self, rows, _):
        return self.x[self.train[rows]], self.y[self.train[rows]]

    def judge(self, net):
        loss = F.mse_loss(net(self.x[self.held]), self.y[self.held]).item()
        return {"loss": loss, "rmse": math.sqrt(loss) * self.deviation}


class Windows:
    """The bytes that isoflop itself trained on and held out: `train.bin` and `validation.bin` of the run's folder."""

    def __init__(self, folder, context, held):
        part = lambda name: torch.from_numpy(np.fromfile(os.path.join(folder, name), np.uint16).astype(np.int64))
        self.text, self.held, self.context = part("train.bin"), part("validation.bin"), context
        self.count = (len(self.text) - 1) // context - 1
        available = (len(self.held) - 1) // context
        most = min(held, available)
        self.places = [i * available // most * context for i in range(most)]
        self.offset = 0

    def batch(self, rows, rng):
        x = torch.stack([self.text[i * self.context + self.offset : (i + 1) * self.context + self.offset + 1] for i in rows])
        return x[:, :-1], x[:, 1:].flatten()

    def judge(self, net):
        total = 0.0
        for i in range(0, len(self.places), 32):
            x = torch.stack([self.held[p : p + self.context + 1] for p in self.places[i : i + 32]])
            total += F.cross_entropy(net(x[:, :-1]), x[:, 1:].flatten(), reduction="sum").item()
        return {"loss": total / len(self.places) / self.context}


def prepared(training, base, path):
    model, data = training["model"], training["data"]
    if data["kind"] == "text":
        root = os.path.join(base, training["output"], "data")
        folder = os.path.join(root, sorted(os.listdir(root))[0])
        windows = training.get("evaluation", {}).get("windows", 2500)
        return Windows(folder, model["context"], windows), lambda source: Gpt(model, 256), F.cross_entropy
    if data["kind"] == "table":
        return Table(data, base, path), lambda source: mlp(model, source.x.shape[1], 1), F.mse_loss
    return Images(data, base), lambda source: convnet(model, source.channels, source.classes), F.cross_entropy


def rate_at(step, steps, schedule):
    warmup = round(schedule.get("warmup", 0.1) * steps)
    if step < warmup:
        return (step + 1) / warmup
    floor, fall = schedule.get("floor", 0.03), steps - warmup
    done = (step - warmup + 1) / fall
    return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2


def run(training, path, seed, threads):
    base = os.path.dirname(os.path.abspath(path))
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    source, build, loss_of = prepared(training, base, path)
    net, recipe = build(source), training["recipe"]
    options = recipe.get("optimizer", {})
    is_matrix = lambda name, p: p.dim() > 1 and not name.startswith(("tokens", "positions"))
    groups = [
        {"params": [p for n, p in net.named_parameters() if is_matrix(n, p)], "weight_decay": options.get("weightDecay", 0)},
        {"params": [p for n, p in net.named_parameters() if not is_matrix(n, p)], "weight_decay": 0},
    ]
    betas = (options.get("beta1", 0.9), options.get("beta2", 0.98))
    optimizer = torch.optim.AdamW(groups, lr=1, betas=betas, eps=1e-8, fused=True)
    is_text = training["data"]["kind"] == "text"
    batch = recipe["batchTokens"] // source.context if is_text else recipe["batch"]
    steps = training.get("steps") or round(training["epochs"] * source.count / batch)
    begun, order = time.perf_counter(), np.array([], dtype=np.int64)
    for step in range(steps):
        if len(order) < batch:
            if is_text:
                source.offset = int(rng.integers(source.context))
            order = np.concatenate([order, rng.permutation(source.count)])
        rows, order = order[:batch], order[batch:]
        x, y = source.batch(rows, rng)
        for group in optimizer.param_groups:
            group["lr"] = recipe["learningRate"] * rate_at(step, steps, recipe.get("schedule", {}))
        optimizer.zero_grad()
        loss_of(net(x), y).backward()
        if options.get("clip", 1) > 0:
            nn.utils.clip_grad_norm_(net.parameters(), options.get("clip", 1))
        optimizer.step()
    seconds = time.perf_counter() - begun
    net.eval()
    with torch.no_grad():
        judged = source.judge(net)
    params = sum(p.numel() for p in net.parameters())
    print(json.dumps({"seed": seed, "params": params, "steps": steps, "seconds": seconds, **judged}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("training")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    with open(args.training) as file:
        document = yaml.safe_load(file)
    for index in range(args.seeds):
        run(document, args.training, args.seed + index, args.threads)
