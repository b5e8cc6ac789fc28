import type { Analysis, BlockCost, LayerCost } from '../../core/analysis/index.ts';
import { counted } from '../../core/terms/names.ts';
import { percent, shortened } from './format.ts';
import { calibrationText } from './measure-text.ts';
import { byteUnits, countUnits, grouped, secondUnits } from './units.ts';
import { wrap } from './wrap.ts';

/** Columns of the terminal that everything fits in. */
const WIDTH = 80;
const INDENT = ' '.repeat(12);
/** A column of types that must be cut below so many letters says nothing. */
const SHORTEST_TYPE = 12;

/** What `isoflop analyze` prints. */
export const analysisText = (analysis: Analysis, by: 'layer' | 'block'): string =>
  [
    ...headerLines(analysis),
    '',
    ...costTable(analysis, by),
    '',
    ...parameterLines(analysis),
    ...operationLines(analysis),
    ...memoryLines(analysis),
    ...timeLines(analysis),
    ...findingLines(analysis),
  ].join('\n');

function headerLines({ model, inputs, batch, tokens }: Analysis): string[] {
  const shapes = inputs
    .filter(({ name }) => name !== 'targets')
    .map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  const size =
    tokens === undefined ? counted(batch, 'sample') : `${counted(batch, 'sample')} of ${grouped(tokens)} tokens`;
  const origin = model.format === 'family' ? `family ${model.origin}` : model.origin;
  return wrap(`${model.name} (${origin}), ${size}: ${shapes.join(', ')}`);
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly cells: readonly string[];
}

function costTable(analysis: Analysis, by: 'layer' | 'block'): string[] {
  const rows =
    by === 'layer'
      ? analysis.layers.map((layer) => layerRow(layer, analysis))
      : analysis.blocks.map((block) => blockRow(block, analysis));
  const heads = ['output', 'params', 'MACs', 'share', 'saved', ...(analysis.time ? ['time'] : [])];
  const total = [
    '',
    countUnits(analysis.parameters.total),
    countUnits(analysis.macs),
    '',
    byteUnits(keptBytes(analysis)),
    ...(analysis.time ? [secondUnits(analysis.time.predictionSeconds)] : []),
  ];
  return aligned(by, heads, [...rows, { name: 'total', type: '', cells: total }]);
}

const keptBytes = ({ memory: { training } }: Analysis): number => training.activations;

/** Names to the left with their type where there is room, all else to the right. */
function aligned(by: string, heads: readonly string[], rows: readonly Row[]): string[] {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map(({ cells }) => cells[column].length)));
  const room = WIDTH - widths.reduce((sum, width) => sum + width + 2, 0);
  const names = Math.min(room, Math.max(by.length, ...rows.map(({ name }) => name.length)));
  const longest = Math.max(0, ...rows.map(({ type }) => type.length));
  const types = Math.min(room - names - 2, longest);
  const line = (name: string, type: string, cells: readonly string[]): string =>
    [
      cut(name, names).padEnd(names),
      ...(types >= Math.min(longest, SHORTEST_TYPE) && longest > 0 ? [shortened(type, types).padEnd(types)] : []),
      ...cells.map((cell, column) => cell.padStart(widths[column])),
    ]
      .join('  ')
      .trimEnd();
  return [line(by, 'type', heads), ...rows.map(({ name, type, cells }) => line(name, type, cells))];
}

/** A long name keeps its end, which tells it from its neighbours. */
const cut = (name: string, width: number): string =>
  name.length > width ? `…${name.slice(name.length - width + 1)}` : name;

const layerRow = (layer: LayerCost, analysis: Analysis): Row => ({
  name: layer.name,
  type: layer.type,
  cells: cells(layer, analysis, layer.time?.seconds),
});

const blockRow = (block: BlockCost, analysis: Analysis): Row => ({
  name: block.repeats > 1 ? `${block.name} (${block.repeats} x)` : block.name,
  type: block.type,
  cells: cells(block, analysis, block.seconds),
});

function cells(
  { output, parameters, macs, activationBytes }: Pick<BlockCost, 'output' | 'parameters' | 'macs' | 'activationBytes'>,
  analysis: Analysis,
  seconds: number | undefined,
): string[] {
  return [
    output.slice(1).join('x') || (output.length > 0 ? '1' : '-'),
    parameters === 0 ? '-' : parameters < 100_000 ? grouped(parameters) : countUnits(parameters),
    macs === 0 ? '-' : countUnits(macs),
    macs === 0 ? '-' : percent(macs / analysis.macs, 1),
    activationBytes === 0 ? '-' : byteUnits(activationBytes),
    ...(analysis.time ? [seconds ? secondUnits(seconds) : '-'] : []),
  ];
}

/** A word at the margin, its text beside it. */
const entry = (word: string, text: string): string[] => wrap(`${word.padEnd(INDENT.length - 1)} ${text}`, INDENT);
const more = (text: string): string[] => wrap(INDENT + text, INDENT);

function parameterLines({ parameters, convention }: Analysis): string[] {
  const { total, trainable, frozen, buffers, optimizer } = parameters;
  const kinds = [
    `${grouped(trainable)} trainable`,
    ...(frozen > 0 ? [`${grouped(frozen)} frozen`] : []),
    ...(buffers > 0 ? [`${grouped(buffers)} in buffers`] : []),
    ...(optimizer > 0 ? [`${grouped(optimizer)} of the optimizer`] : []),
  ];
  const all = trainable + frozen + buffers + optimizer;
  const kept = all > total ? `; ${grouped(all)} in all` : '';
  return [
    ...entry('Parameters', `${grouped(total)} (${kinds.join(', ')}${kept})`),
    ...(parameters.nonEmbedding < total
      ? more(
          `non-embedding ${grouped(parameters.nonEmbedding)}, without look-up tables alone ${grouped(parameters.nonLookup)}`,
        )
      : []),
    ...(parameters.active < total
      ? more(`active a token ${grouped(parameters.active)}, of which in products ${grouped(parameters.matmulActive)}`)
      : []),
    ...(convention.name === 'isoflop' || parameters.byConvention === total
      ? []
      : more(`by ${convention.name}: ${grouped(parameters.byConvention)}`)),
  ];
}

function operationLines(analysis: Analysis): string[] {
  const { macs, trainingMacs, flops, trainingFlops, convention, operations, activations, items } = analysis;
  const others = (Object.entries(items) as [string, number][]).filter(([name]) => !PRODUCTS.has(name));
  const beside = others.map(([name, amount]) => `${WORDS[name] ?? name} ${countUnits(amount)}`).join(', ');
  return [
    ...entry('MACs', `${grouped(macs)} forward, ${grouped(trainingMacs)} in training${scoresText(analysis)}`),
    ...entry(
      'FLOPs',
      `${countUnits(flops)} forward, ${countUnits(trainingFlops)} in training (2 x MACs)${perToken(analysis)}`,
    ),
    ...(beside === '' ? [] : more(`beside them, in elements: ${beside}`)),
    ...(convention.name === 'isoflop'
      ? []
      : [
          ...entry(convention.name, `${grouped(operations)} ${convention.unit}`),
          ...(activations > 0 ? more(`${grouped(activations)} activations`) : []),
        ]),
  ];
}

const PRODUCTS = new Set([
  'convolution',
  'linear',
  'matmul',
  'attention',
  'recurrent',
  'convolutionBiasVector',
  'batchNormAffine',
  'normAffine',
  'blend',
]);
const WORDS: Readonly<Record<string, string>> = {
  convolutionBias: 'biases of convolutions',
  linearBias: 'biases',
  batchNorm: 'batch norms',
  norm: 'norms',
  rmsNorm: 'RMS norms',
  gates: 'gates',
  activation: 'rectifiers',
  squash: 'sigmoids',
  softmax: 'softmax',
  attentionSoftmax: 'softmax of attention',
  pool: 'pooling',
  adaptivePool: 'adaptive pooling',
  reduction: 'reductions',
  resize: 'resizing',
  elementwise: 'element-wise',
  lookup: 'look-ups',
};

const perToken = ({ trainingFlops, batch, tokens }: Analysis): string =>
  tokens === undefined ? '' : `; ${countUnits(trainingFlops / (batch * tokens))} to train on a token`;

function scoresText({ items, attention }: Analysis): string {
  if (items.attention === undefined && items.matmul !== undefined && attention === 'causal')
    return '; attention stands as plain products, whose mask is not known: every score';
  if (items.attention === undefined) return '';
  return attention === 'full' ? '; every score of attention' : '; scores that the mask leaves';
}

function memoryLines({ memory: { training, inference }, recipe, checkpointing, batch, tokens }: Analysis): string[] {
  const parts = (['weights', 'buffers', 'gradients', 'optimizer', 'activations', 'recomputed', 'outputs'] as const)
    .filter((name) => training[name] > 0)
    .map((name) => `${name === 'activations' ? 'saved activations' : name} ${byteUnits(training[name])}`);
  const level = checkpointing === 'none' ? 'no checkpointing' : `${checkpointing} checkpointing`;
  const cache =
    inference.cache > 0
      ? `, KV cache ${byteUnits(inference.cache)} (${byteUnits(inference.cachePerToken)} a token${tokens === undefined ? '' : `, ${grouped(tokens)} tokens`})`
      : '';
  return [
    ...entry('Memory', `training ${byteUnits(training.total)} at batch ${batch} (${recipe.name}, ${level}):`),
    ...more(parts.join(', ')),
    ...more(
      `prediction ${byteUnits(inference.total)}: weights ${byteUnits(inference.weights)}${cache}, live activations ${byteUnits(inference.activations)}`,
    ),
  ];
}

function timeLines({ time, batch, tokens }: Analysis): string[] {
  if (!time) return [];
  const { device, predictionSeconds, trainingSeconds } = time;
  const rate = `${countUnits((batch * (tokens ?? 1)) / trainingSeconds)} ${tokens === undefined ? 'samples' : 'tokens'} a second`;
  return [
    ...entry(
      'Time',
      device.latency
        ? `on ${device.title}: ${secondUnits(predictionSeconds)} a prediction, ${calibrationText(device.latency)},`
        : `on ${device.title} by its roofline: ${secondUnits(predictionSeconds)} a prediction at least (${device.measured ? 'measured speeds' : '0.7 of the peak, 0.9 of the bandwidth'}),`,
    ),
    ...more(
      `${secondUnits(trainingSeconds)} a training step, ${rate} (${device.measured ? 'measured speed' : '0.5 of the peak'})`,
    ),
  ];
}

const findingLines = ({ findings }: Analysis): string[] =>
  findings.length === 0 ? [] : ['', 'Findings', ...findings.flatMap(({ sentence }) => wrap(`- ${sentence}.`))];
