"""Networks of the golden torch.export and ONNX files, as plain PyTorch modules of small widths."""

import torch
import torch.nn.functional as F
from torch import nn


class Mlp(nn.Sequential):
    """The perceptron 20-64-128-64-1: 17,985 parameters."""

    def __init__(self):
        sizes = [20, 64, 128, 64]
        hidden = [part for a, b in zip(sizes, sizes[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
        super().__init__(*hidden, nn.Linear(64, 1))


def conv_norm(inner, outer, kernel, stride=1, groups=1, act=nn.ReLU):
    conv = nn.Conv2d(inner, outer, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outer), act())


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            conv_norm(3, 12, 3),
            nn.MaxPool2d(2),
            conv_norm(12, 24, 3),
            nn.Conv2d(24, 24, (1, 5), stride=(2, 1), padding=(0, 4), dilation=(1, 2)),
            nn.LeakyReLU(0.1),
            nn.AvgPool2d(3, 2, 1),
        )
        self.drop = nn.Dropout(0.2)
        self.classifier = nn.Linear(24, 10)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(self.features(x), 1)
        return self.classifier(self.drop(torch.flatten(x, 1)))


class BasicBlock(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outer)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inner != outer:
            self.downsample = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.relu(y + shortcut)


class ResNet(nn.Module):
    """ResNet's plan: four stages of basic blocks; widths 8, 12, 16, 24 unless given."""

    def __init__(self, widths=(8, 12, 16, 24), repeats=(2, 2, 1, 1)):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inner = widths[0]
        for stage, (width, count) in enumerate(zip(widths, repeats)):
            blocks = []
            for i in range(count):
                blocks.append(BasicBlock(inner, width, 2 if stage > 0 and i == 0 else 1))
                inner = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.stages = len(widths)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inner, 10)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


class FrozenResNet(ResNet):
    """The stem and the first stage frozen, as in fine tuning."""

    def __init__(self):
        super().__init__(widths=(8, 16), repeats=(1, 1))
        for part in (self.conv1, self.bn1, self.layer1):
            part.requires_grad_(False)


class EncoderBlock(nn.Module):
    """Pre-norm encoder block on nn.MultiheadAttention."""

    def __init__(self, width, heads, ff):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.feed = nn.Sequential(nn.Linear(width, ff), nn.GELU(), nn.Linear(ff, width))

    def forward(self, x):
        y = self.norm1(x)
        y, _ = self.attention(y, y, y, need_weights=False)
        x = x + y
        return x + self.feed(self.norm2(x))


class Encoder(nn.Module):
    """A text classifier of two blocks, with learned positions."""

    def __init__(self, vocab=60, width=20, heads=4, ff=56, depth=2, tokens=14):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.positions = nn.Parameter(torch.randn(1, tokens, width) * 0.02)
        self.blocks = nn.ModuleList([EncoderBlock(width, heads, ff) for _ in range(depth)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 3)

    def forward(self, ids):
        x = self.embed(ids) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


class StockEncoder(nn.Module):
    """nn.TransformerEncoder as it comes: post-norm, ReLU."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(20, 4, 48, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(20, 5)

    def forward(self, x):
        return self.head(self.encoder(x))


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        parts = self.qkv(self.ln_1(x)).split(width, dim=2)
        q, k, v = (p.view(batch, tokens, self.heads, width // self.heads).transpose(1, 2) for p in parts)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(F.gelu(self.up(self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    """GPT-2's plan with the output tied to the embedding."""

    def __init__(self, vocab=70, width=24, heads=3, depth=2, tokens=20):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab, width), nn.Embedding(tokens, width)
        self.blocks = nn.ModuleList([GptBlock(width, heads) for _ in range(depth)])
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, vocab, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, ids):
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = self.wte(ids) + self.wpe(positions)
        for block in self.blocks:
            x = block(x)
        return self.lm_head(self.ln_f(x))


class LlamaBlock(nn.Module):
    """Grouped-query attention with rotary positions, RMS norm, SwiGLU, no biases."""

    def __init__(self, width=24, heads=6, kv_heads=2, ff=40):
        super().__init__()
        self.heads, self.kv_heads, self.size = heads, kv_heads, width // heads
        self.norm1, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.q, self.o = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
        self.k = nn.Linear(width, kv_heads * self.size, bias=False)
        self.v = nn.Linear(width, kv_heads * self.size, bias=False)
        self.gate, self.up = nn.Linear(width, ff, bias=False), nn.Linear(width, ff, bias=False)
        self.down = nn.Linear(ff, width, bias=False)

    def forward(self, x, cos, sin):
        y = self.norm1(x)
        q, k = rotate(self.split(self.q(y), self.heads), cos, sin), rotate(self.split(self.k(y), self.kv_heads), cos, sin)
        v = self.split(self.v(y), self.kv_heads)
        repeats = self.heads // self.kv_heads
        k, v = k.repeat_interleave(repeats, dim=1), v.repeat_interleave(repeats, dim=1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(y.transpose(1, 2).reshape(x.shape))
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))

    def split(self, x, heads):
        return x.view(x.shape[0], x.shape[1], heads, self.size).transpose(1, 2)


def rotate(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


class Llama(nn.Module):
    def __init__(self, vocab=70, width=24, depth=2, tokens=20):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.blocks = nn.ModuleList([LlamaBlock(width) for _ in range(depth)])
        self.norm = nn.RMSNorm(width)
        self.head = nn.Linear(width, vocab, bias=False)
        angles = torch.arange(tokens)[:, None] / 10000 ** (torch.arange(0, 4, 2) / 4)[None]
        angles = torch.cat((angles, angles), dim=-1)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, ids):
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        return self.head(self.norm(x))


class UNet(nn.Module):
    def __init__(self, widths=(6, 10, 16)):
        super().__init__()
        inners = (1, *widths[:-1])
        self.downs = nn.ModuleList([self.double(a, b) for a, b in zip(inners, widths)])
        pairs = list(zip(widths[:0:-1], widths[-2::-1]))
        self.ups = nn.ModuleList([nn.ConvTranspose2d(a, b, 2, 2) for a, b in pairs])
        self.merges = nn.ModuleList([self.double(2 * b, b) for _, b in pairs])
        self.out = nn.Conv2d(widths[0], 2, 1)

    @staticmethod
    def double(inner, outer):
        return nn.Sequential(
            nn.Conv2d(inner, outer, 3, padding=1), nn.ReLU(), nn.Conv2d(outer, outer, 3, padding=1), nn.ReLU()
        )

    def forward(self, x):
        skips = []
        for down in self.downs[:-1]:
            x = down(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.downs[-1](x)
        for up, merge, skip in zip(self.ups, self.merges, reversed(skips)):
            x = merge(torch.cat([skip, up(x)], dim=1))
        return self.out(x)


class MobileBlock(nn.Module):
    """Inverted residual with squeeze-and-excitation."""

    def __init__(self, inner, expanded, outer, stride):
        super().__init__()
        self.skip = stride == 1 and inner == outer
        self.grow = conv_norm(inner, expanded, 1, act=nn.Hardswish)
        self.depthwise = conv_norm(expanded, expanded, 5, stride, groups=expanded, act=nn.ReLU6)
        self.reduce, self.expand = nn.Conv2d(expanded, expanded // 4, 1), nn.Conv2d(expanded // 4, expanded, 1)
        self.shrink = nn.Sequential(nn.Conv2d(expanded, outer, 1, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x):
        y = self.depthwise(self.grow(x))
        scale = self.expand(F.relu(self.reduce(y.mean((2, 3), keepdim=True))))
        y = self.shrink(y * torch.sigmoid(scale))
        return x + y if self.skip else y


class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        plan = [(8, 16, 8, 1), (8, 32, 16, 2), (16, 48, 16, 1), (16, 64, 24, 2)]
        self.stem = conv_norm(3, 8, 3, 2, act=nn.Hardswish)
        self.blocks = nn.Sequential(*[MobileBlock(*row) for row in plan])
        self.pool, self.head = nn.AdaptiveAvgPool2d(1), nn.Linear(24, 10)

    def forward(self, x):
        return self.head(self.pool(self.blocks(self.stem(x))).flatten(1))


class ConvNextBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scale = nn.Parameter(1e-6 * torch.ones(width))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.scale * self.down(F.gelu(self.up(y)))
        return x + y.permute(0, 3, 1, 2)


class ConvNext(nn.Module):
    """Channels-last norms, layer scale, group norms at the downsampling."""

    def __init__(self, widths=(8, 12)):
        super().__init__()
        self.stem = nn.Conv2d(3, widths[0], 4, 4)
        self.stage1 = nn.Sequential(*[ConvNextBlock(widths[0]) for _ in range(2)])
        self.down = nn.Sequential(nn.GroupNorm(1, widths[0]), nn.Conv2d(*widths, 2, 2))
        self.stage2 = nn.Sequential(*[ConvNextBlock(widths[1]) for _ in range(2)])
        self.norm, self.head = nn.LayerNorm(widths[1]), nn.Linear(widths[1], 10)

    def forward(self, x):
        x = self.stage2(self.down(self.stage1(self.stem(x))))
        return self.head(self.norm(x.mean((2, 3))))


class VisionTransformer(nn.Module):
    """Convolutional patches, a class token, learned positions."""

    def __init__(self, image=32, patch=8, width=24, heads=3, ff=72, depth=2):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (image // patch) ** 2 + 1, width) * 0.02)
        self.blocks = nn.Sequential(*[EncoderBlock(width, heads, ff) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


class Recurrent(nn.Module):
    """kind: nn.LSTM or nn.GRU; two layers, both directions."""

    def __init__(self, kind):
        super().__init__()
        self.embed = nn.Embedding(100, 12)
        self.rnn = kind(12, 16, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 2)

    def forward(self, ids):
        states, _ = self.rnn(self.embed(ids))
        return self.head(states[:, -1])


class Conv1d(nn.Module):
    """A signal net: dilated, grouped and transposed convolutions in one dimension."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(2, 16, 7, 2, 3),
            nn.PReLU(16),
            nn.Conv1d(16, 16, 3, padding=2, dilation=2, groups=4, padding_mode="zeros"),
            nn.InstanceNorm1d(16, affine=True),
            nn.SiLU(),
            nn.ConvTranspose1d(16, 8, 4, 2, 1),
            nn.ELU(),
        )
        self.gate = nn.Conv1d(8, 16, 1)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = F.glu(self.gate(self.body(x)), dim=1)
        return self.head(x.amax(dim=2))


class Conv3d(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv3d(1, 6, 3, padding=1), nn.BatchNorm3d(6), nn.ReLU(), nn.MaxPool3d(2), nn.Conv3d(6, 12, (1, 3, 3)), nn.Tanh()
        )
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3, 4)))


class TwoInputs(nn.Module):
    """Two inputs through one shared encoder, two outputs, a bilinear match of the two."""

    def __init__(self):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(16, 24), nn.Tanh(), nn.Linear(24, 8))
        self.score, self.kind = nn.Linear(16, 1), nn.Linear(8, 5)

    def forward(self, left, right):
        a, b = self.shared(left), self.shared(right)
        return self.score(torch.cat([a, b], dim=1)), self.kind(a * b).softmax(dim=-1)


def image(size, channels=3):
    return torch.zeros(1, channels, size, size)


def ids(tokens):
    return torch.zeros(1, tokens, dtype=torch.long)


# name: (module maker, sample inputs by name)
NETS = {
    "mlp": (Mlp, {"input": torch.zeros(1, 20)}),
    "convnet": (ConvNet, {"x": image(32)}),
    "resnet": (ResNet, {"x": image(64)}),
    "frozen-resnet": (FrozenResNet, {"x": image(64)}),
    "encoder": (Encoder, {"ids": ids(14)}),
    "stock-encoder": (StockEncoder, {"x": torch.zeros(1, 10, 20)}),
    "gpt": (Gpt, {"ids": ids(20)}),
    "llama": (Llama, {"ids": ids(20)}),
    "unet": (UNet, {"x": image(48, 1)}),
    "mobile": (Mobile, {"x": image(48)}),
    "convnext": (ConvNext, {"x": image(64)}),
    "vision-transformer": (VisionTransformer, {"x": image(32)}),
    "lstm": (lambda: Recurrent(nn.LSTM), {"ids": ids(12)}),
    "gru": (lambda: Recurrent(nn.GRU), {"ids": ids(12)}),
    "conv1d": (Conv1d, {"x": torch.zeros(1, 2, 128)}),
    "conv3d": (Conv3d, {"x": torch.zeros(1, 1, 8, 16, 16)}),
    "two-inputs": (TwoInputs, {"left": torch.zeros(1, 16), "right": torch.zeros(1, 16)}),
}


def build(name, seed=0):
    """The net in evaluation mode with seeded weights, and its sample inputs."""
    torch.manual_seed(seed)
    maker, inputs = NETS[name]
    return scatter(maker()).eval(), inputs


def scatter(module):
    """No tensor may keep a value that another holds too, as fresh norms do: exporters store equal tensors once. A trained net has none."""
    norms = [m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    tensors = [*module.parameters(), *(b for m in norms for b in (m.running_mean, m.running_var))]
    with torch.no_grad():
        for tensor in tensors:
            tensor.add_(0.1 * torch.rand(tensor.shape))
    return module
