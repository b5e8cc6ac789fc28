import type { BlockKind } from '../../model/convnet/schema.ts';

/** What every text begins with, after its head. `EPS`, `MOMENTUM` and `BIAS` stand above it. */
export const HELPERS = `def layers(**modules):
    """Modules one after the other, under their names."""
    return nn.Sequential(OrderedDict(modules))


def conv(inputs, width, kernel=1, stride=1, groups=1):
    return nn.Conv2d(inputs, width, kernel, stride, (kernel - 1) // 2, groups=groups, bias=BIAS)


def norm(width):
    return nn.BatchNorm2d(width, eps=EPS, momentum=MOMENTUM)


class Block(nn.Module):
    """A residual block; in training its branch is skipped with the chance \`drop\` (stochastic depth)."""

    drop = 0.0

    def branch(self, y):
        if not self.training or self.drop == 0:
            return y
        kept = torch.rand(y.shape[0], 1, 1, 1, device=y.device) >= self.drop
        return y * kept / (1 - self.drop)
`;

/** Squeeze and excitation. */
export const SQUEEZE_EXCITE = `class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed, act, gate=nn.Sigmoid):
        super().__init__()
        self.reduce, self.act = nn.Conv2d(channels, squeezed, 1), act()
        self.expand, self.gate = nn.Conv2d(squeezed, channels, 1), gate()

    def forward(self, x):
        mean = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.expand(self.act(self.reduce(mean))))
`;

/** Layer norm over the channels of an image. */
export const CHANNEL_NORM = `class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of [batch, channels, height, width]."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
`;

export const SQUARED_RELU = `class SquaredReLU(nn.Module):
    def forward(self, x):
        return x.relu().square()
`;

const SHORTCUT = `def shortcut(inputs, width, stride, pooled):
    """What fits the block's input to its output."""
    if stride == 1 and inputs == width:
        return nn.Identity()
    if pooled and stride > 1:
        pool = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
        return layers(pool=pool, conv=conv(inputs, width), bn=norm(width))
    return layers(conv=conv(inputs, width, 1, stride), bn=norm(width))
`;

/** The class of each kind of block, with what it needs before it. */
export const BLOCK_CLASSES: {
  readonly [Kind in BlockKind]: { readonly name: string; readonly text: readonly string[] };
} = {
  convolution: {
    name: 'Convolution',
    text: [
      `class Convolution(nn.Module):
    def __init__(self, inputs, width, act, kernel=3, stride=1):
        super().__init__()
        self.conv, self.bn1, self.act1 = conv(inputs, width, kernel, stride), norm(width), act()

    def forward(self, x):
        return self.act1(self.bn1(self.conv(x)))
`,
    ],
  },
  separable: {
    name: 'Separable',
    text: [
      `class Separable(nn.Module):
    """Depthwise, then pointwise (MobileNet V1)."""

    def __init__(self, inputs, width, act, kernel=3, stride=1):
        super().__init__()
        self.conv_dw, self.bn1, self.act1 = conv(inputs, inputs, kernel, stride, inputs), norm(inputs), act()
        self.conv_pw, self.bn2, self.act2 = conv(inputs, width), norm(width), act()

    def forward(self, x):
        x = self.act1(self.bn1(self.conv_dw(x)))
        return self.act2(self.bn2(self.conv_pw(x)))
`,
    ],
  },
  inverted: {
    name: 'Inverted',
    text: [
      `class Inverted(Block):
    """Expand, depthwise, project; \`hidden\` is None where nothing is expanded."""

    def __init__(self, inputs, width, act, hidden=None, kernel=3, stride=1, se=None):
        super().__init__()
        self.expands, self.skips = hidden is not None, stride == 1 and inputs == width
        hidden = hidden or inputs
        if self.expands:
            self.conv_pw, self.bn1, self.act1 = conv(inputs, hidden), norm(hidden), act()
        self.conv_dw, self.bn2, self.act2 = conv(hidden, hidden, kernel, stride, hidden), norm(hidden), act()
        self.se = SqueezeExcite(hidden, **se) if se else nn.Identity()
        self.conv_pwl, self.bn3 = conv(hidden, width), norm(width)

    def forward(self, x):
        y = self.act1(self.bn1(self.conv_pw(x))) if self.expands else x
        y = self.se(self.act2(self.bn2(self.conv_dw(y))))
        y = self.bn3(self.conv_pwl(y))
        return x + self.branch(y) if self.skips else y
`,
    ],
  },
  fused: {
    name: 'Fused',
    text: [
      `class Fused(Block):
    """Expand and filter at once, project; \`hidden\` is None where it is one convolution."""

    def __init__(self, inputs, width, act, hidden=None, kernel=3, stride=1, se=None):
        super().__init__()
        self.skips, self.projects = stride == 1 and inputs == width, hidden is not None
        first = hidden or width
        setattr(self, "conv_exp" if self.projects else "conv", conv(inputs, first, kernel, stride))
        self.bn1, self.act1 = norm(first), act()
        self.se = SqueezeExcite(first, **se) if se else nn.Identity()
        if self.projects:
            self.conv_pwl, self.bn2 = conv(first, width), norm(width)

    def forward(self, x):
        y = self.conv_exp(x) if self.projects else self.conv(x)
        y = self.se(self.act1(self.bn1(y)))
        if self.projects:
            y = self.bn2(self.conv_pwl(y))
        return x + self.branch(y) if self.skips else y
`,
    ],
  },
  basic: {
    name: 'Basic',
    text: [
      SHORTCUT,
      `class Basic(Block):
    """Two convolutions and a shortcut."""

    def __init__(self, inputs, width, act, kernel=3, stride=1, pooled=False, se=None):
        super().__init__()
        self.conv1, self.bn1, self.act1 = conv(inputs, width, kernel, stride), norm(width), act()
        self.conv2, self.bn2 = conv(width, width, kernel), norm(width)
        self.se = SqueezeExcite(width, **se) if se else nn.Identity()
        self.downsample, self.act_last = shortcut(inputs, width, stride, pooled), act()

    def forward(self, x):
        y = self.act1(self.bn1(self.conv1(x)))
        y = self.se(self.bn2(self.conv2(y)))
        return self.act_last(self.branch(y) + self.downsample(x))
`,
    ],
  },
  bottleneck: {
    name: 'Bottleneck',
    text: [
      SHORTCUT,
      `class Bottleneck(Block):
    """1x1, spatial, 1x1 and a shortcut. \`se_last\`: squeeze and excitation of the output instead of the inner channels."""

    def __init__(self, inputs, width, act, hidden, groups=1, kernel=3, stride=1, stride_first=False, pooled=False, se=None, se_last=False):
        super().__init__()
        first, spatial = (stride, 1) if stride_first else (1, stride)
        self.conv1, self.bn1, self.act1 = conv(inputs, hidden, 1, first), norm(hidden), act()
        self.conv2, self.bn2, self.act2 = conv(hidden, hidden, kernel, spatial, groups), norm(hidden), act()
        self.conv3, self.bn3 = conv(hidden, width), norm(width)
        self.se = SqueezeExcite(width if se_last else hidden, **se) if se else nn.Identity()
        self.se_last = se_last
        self.downsample, self.act_last = shortcut(inputs, width, stride, pooled), act()

    def forward(self, x):
        y = self.act1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y if self.se_last else self.se(y)))
        y = self.se(y) if self.se_last else y
        return self.act_last(self.branch(y) + self.downsample(x))
`,
    ],
  },
  convnext: {
    name: 'ConvNext',
    text: [
      `class ConvNext(Block):
    """Depthwise convolution, layer norm, two linear layers, layer scale."""

    def __init__(self, width, act, hidden, kernel=7, scaled=True):
        super().__init__()
        self.conv_dw = nn.Conv2d(width, width, kernel, padding=(kernel - 1) // 2, groups=width)
        self.norm = nn.LayerNorm(width, eps=EPS)
        self.mlp = layers(fc1=nn.Linear(width, hidden), act=act(), fc2=nn.Linear(hidden, width))
        self.gamma = nn.Parameter(1e-6 * torch.ones(width)) if scaled else 1.0

    def forward(self, x):
        y = self.norm(self.conv_dw(x).permute(0, 2, 3, 1))
        y = self.gamma * self.mlp(y)
        return x + self.branch(y.permute(0, 3, 1, 2))
`,
    ],
  },
};
