import type { Activation } from '../../graph/types.ts';
import type { ConvnetSpec, ConvnetStage, SqueezeSpec } from '../../model/convnet/schema.ts';
import { bottleneckGroups, bottleneckWidth, expandedWidth, squeezedWidth } from '../../model/convnet/widths.ts';
import { BLOCK_CLASSES, CHANNEL_NORM, HELPERS, SQUARED_RELU, SQUEEZE_EXCITE } from './convnet-classes.ts';
import { ACTIVATION_MODULES, safeName } from './python-text.ts';

/**
 * A convolutional network as PyTorch code to read and change: one file that needs torch alone. Its weights bear the names
 * that the network's graph gives them, with PyTorch's own initialisation.
 */
export function convnetPytorch(spec: ConvnetSpec, name: string): string {
  const parts = [
    header(spec, name),
    HELPERS,
    ...(usesSquaredRelu(spec) ? [SQUARED_RELU] : []),
    ...(spec.stages.some((stage) => 'squeeze' in stage && stage.squeeze) ? [SQUEEZE_EXCITE] : []),
    ...(spec.stem.kind === 'patches' ? [CHANNEL_NORM] : []),
    ...new Set(spec.stages.flatMap(({ block }) => BLOCK_CLASSES[block].text)),
    network(spec),
    MAIN,
  ];
  return parts.join('\n\n');
}

function header(spec: ConvnetSpec, name: string): string {
  const { channels, resolution, epsilon, momentum, bias } = spec;
  return `"""${safeName(name)}: a convolutional network, written by isoflop. Input: float32 images [batch, ${channels}, ${resolution}, ${resolution}]."""

from collections import OrderedDict
from functools import partial

import torch
from torch import nn

EPS = ${epsilon}
MOMENTUM = ${momentum}
BIAS = ${bias ? 'True' : 'False'}
`;
}

const MAIN = `if __name__ == "__main__":
    network = Network()
    print(f"{sum(p.numel() for p in network.parameters()):,} parameters")
`;

const usesSquaredRelu = ({ activation, stages }: ConvnetSpec): boolean =>
  activation === 'relu2' || stages.some((stage) => stage.activation === 'relu2');

function network(spec: ConvnetSpec): string {
  const inputs = [spec.stem.width, ...spec.stages.map(({ width }) => width)];
  const stages = spec.stages.map((stage, index) => stageLines(spec, stage, `stage${index + 1}`, inputs[index]));
  return [
    'class Network(nn.Module):',
    '    def __init__(self):',
    '        super().__init__()',
    ...assignment('stem', stemModules(spec)),
    ...stages.flat(),
    ...assignment('head', headModules(spec, inputs.at(-1)!)),
    ...stochasticDepthLines(spec),
    '',
    '    def forward(self, image):',
    '        x = self.stem(image)',
    `        for stage in (${spec.stages.map((_, index) => `self.stage${index + 1}`).join(', ')},):`,
    '            x = stage(x)',
    '        return self.head(x)',
    '',
  ].join('\n');
}

const assignment = (name: string, modules: readonly string[]): string[] => [
  `        self.${name} = layers(`,
  ...modules.map((line) => `            ${line},`),
  '        )',
];

function stochasticDepthLines({ stochasticDepth }: ConvnetSpec): string[] {
  if (stochasticDepth === 0) return [];
  return [
    '        blocks = [module for module in self.modules() if isinstance(module, Block)]',
    '        for place, block in enumerate(blocks):',
    `            block.drop = ${stochasticDepth} * place / max(1, len(blocks) - 1)`,
  ];
}

function stemModules({ stem, channels, activation }: ConvnetSpec): string[] {
  const { kind, width, kernel, stride, pool } = stem;
  if (kind === 'patches')
    return [`conv=nn.Conv2d(${channels}, ${width}, ${kernel}, ${stride})`, `norm=ChannelNorm(${width}, eps=EPS)`];
  const block = (suffix: string, inputs: number, outputs: number, side: number, step: number): string[] => [
    `conv${suffix}=conv(${inputs}, ${outputs}, ${side}, ${step})`,
    `bn${suffix}=norm(${outputs})`,
    `act${suffix}=${ACTIVATION_MODULES[activation]}()`,
  ];
  const half = width / 2;
  return [
    ...(kind === 'deep'
      ? [...block('1', channels, half, 3, stride), ...block('2', half, half, 3, 1), ...block('3', half, width, 3, 1)]
      : block('', channels, width, kernel, stride)),
    ...(pool === 'max' ? ['pool=nn.MaxPool2d(3, 2, 1)'] : []),
    ...(pool === 'convolution' ? block('_pool', width, width, 3, 2) : []),
  ];
}

function headModules({ head, activation, dropout, classes }: ConvnetSpec, inputs: number): string[] {
  const { convolution, hidden, normalization } = head;
  const act = ACTIVATION_MODULES[activation];
  const pooled = convolution ?? inputs;
  return [
    ...(convolution === undefined
      ? []
      : [`conv=conv(${inputs}, ${convolution})`, `bn=norm(${convolution})`, `act=${act}()`]),
    'pool=nn.AdaptiveAvgPool2d(1)',
    'flat=nn.Flatten()',
    ...(normalization ? [`norm=nn.LayerNorm(${pooled}, eps=EPS)`] : []),
    ...(hidden === undefined ? [] : [`fc1=nn.Linear(${pooled}, ${hidden})`, `act1=${act}()`]),
    ...(dropout > 0 ? [`drop=nn.Dropout(${dropout})`] : []),
    ...(classes === 0 ? [] : [`classifier=nn.Linear(${hidden ?? pooled}, ${classes})`]),
  ];
}

/** The first block of a stage by itself, for it has the stride and the other input; then the equal ones. */
function stageLines(spec: ConvnetSpec, stage: ConvnetStage, name: string, inputs: number): string[] {
  const { depth, width, stride } = stage;
  const call = (from: number, step: number): string =>
    `${BLOCK_CLASSES[stage.block].name}(${argumentsOf(spec, stage, from, step).join(', ')})`;
  const isDownsampled = stage.block === 'convnext' && (stride > 1 || inputs !== width);
  const down = `layers(norm=ChannelNorm(${inputs}, eps=EPS), conv=nn.Conv2d(${inputs}, ${width}, ${stride}, ${stride}))`;
  return assignment(name, [
    ...(isDownsampled ? [`downsample=${down}`] : []),
    `block1=${call(inputs, stride)}`,
    ...(depth > 1 ? [`**{f"block{i}": ${call(width, 1)} for i in range(2, ${depth + 1})}`] : []),
  ]);
}

function argumentsOf(spec: ConvnetSpec, stage: ConvnetStage, inputs: number, stride: number): string[] {
  const act = `act=${ACTIVATION_MODULES[stage.activation ?? spec.activation]}`;
  const kernel = `kernel=${stage.kernel}`;
  const common = [String(inputs), String(stage.width), act];
  const last = [kernel, ...(stride > 1 ? [`stride=${stride}`] : [])];
  switch (stage.block) {
    case 'convolution':
    case 'separable':
      return [...common, ...last];
    case 'inverted':
    case 'fused': {
      const hidden = stage.expansion === 1 ? undefined : expandedWidth(inputs, stage.expansion);
      const expanded = hidden ?? (stage.block === 'fused' ? stage.width : inputs);
      const channels = { input: inputs, hidden: expanded, output: stage.width };
      return [
        ...common,
        ...(hidden === undefined ? [] : [`hidden=${hidden}`]),
        ...last,
        ...squeezed(spec, stage, channels),
      ];
    }
    case 'basic':
      return [...common, ...last, ...pooled(stage), ...squeezed(spec, stage, { output: stage.width })];
    case 'bottleneck': {
      const [hidden, groups] = [bottleneckWidth(stage), bottleneckGroups(stage)];
      const channels = { input: inputs, hidden, output: stage.width };
      return [
        ...[...common, `hidden=${hidden}`, ...(groups > 1 ? [`groups=${groups}`] : []), ...last],
        ...(stage.strideAt === 'first' ? ['stride_first=True'] : []),
        ...[...pooled(stage), ...squeezed(spec, stage, channels)],
        ...(stage.squeeze?.of === 'output' ? ['se_last=True'] : []),
      ];
    }
    case 'convnext':
      return [
        ...[String(stage.width), act, `hidden=${expandedWidth(stage.width, stage.expansion)}`, kernel],
        ...(stage.layerScale ? [] : ['scaled=False']),
      ];
  }
}

const pooled = ({ shortcut }: { readonly shortcut: string }): string[] =>
  shortcut === 'average' ? ['pooled=True'] : [];

function squeezed(
  spec: ConvnetSpec,
  { squeeze, activation }: { readonly squeeze?: SqueezeSpec | undefined; readonly activation?: Activation | undefined },
  channels: Readonly<Partial<Record<SqueezeSpec['of'], number>>>,
): string[] {
  const reference = squeeze && channels[squeeze.of];
  if (reference === undefined) return [];
  const act = ACTIVATION_MODULES[squeeze!.activation ?? activation ?? spec.activation];
  const gate = squeeze!.gate === 'sigmoid' ? '' : `, gate=${ACTIVATION_MODULES[squeeze!.gate]}`;
  return [`se=dict(squeezed=${squeezedWidth(squeeze!, reference)}, act=${act}${gate})`];
}
