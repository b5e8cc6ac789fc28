import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transferTable } from '../../src/core/recipe/transfer.ts';
import type { Parametrization, TransferRow } from '../../src/core/recipe/transfer.ts';
import { deepened } from '../../src/core/scaling/deepened.ts';
import { scaleModel } from '../../src/core/scaling/scale.ts';
import { openModel } from '../../src/io/models/open.ts';

const MODELS = join(import.meta.dirname, 'models');

/** The row of every tensor of a model of twice the width and depth. */
async function rowsOf(file: string, rule: Parametrization, depth = 2): Promise<Map<string, TransferRow>> {
  const model = await openModel(join(MODELS, file));
  const { variant, achieved } = scaleModel(model, { rule: 'axes', width: 2, ...(depth === 1 ? {} : { depth }) });
  const after = variant.model.lower();
  const rows = transferTable(deepened(model, variant).lower(), after, rule, achieved.depth ?? 1);
  const byName = new Map(rows.flatMap((row) => row.names.map((name) => [name, row] as const)));
  expect([...byName.keys()].toSorted()).toEqual(after.parameters.map(({ parameter }) => parameter.name).toSorted());
  return byName;
}

const FILES = [
  'keras/mlp.json',
  'keras/convnet.json',
  'keras/residual.json',
  'keras/two-branch.json',
  'keras/unet-transpose.json',
  'keras/transformer.json',
  'keras/vision-transformer.json',
  'onnx/gpt-trace-17.onnx',
  'onnx/convnext-trace-17.onnx',
  'onnx/resnet-kept-trace-17.onnx',
  'huggingface/opt-125m.json',
  'huggingface/pythia-160m.json',
  'huggingface/vit-base-16.json',
];

/** Whether a matrix reads the data itself: its inputs do not grow. Depthwise filters read one channel. */
const READS_DATA =
  /mlp.json:dense\/|:(conv2d|stem|left1|right1|patches|down1_conv1)\/kernel$|:(stem|conv1)\.weight$|patch_embeddings|depthwise/;

describe('hyperparameters of imported models, tensor by tensor', () => {
  it.each(FILES)('twice the width and depth by muP: the matrices of %s that have more inputs learn slower', async (file) => {
    for (const [name, { role, fanInFactor, learningRate, deviation, output }] of await rowsOf(file, 'mup')) {
      const isMatrix = role === 'matrix' || role === 'head';
      expect(fanInFactor > 1, name).toBe(isMatrix && !READS_DATA.test(`${file}:${name}`));
      expect(fanInFactor, name).toBeLessThanOrEqual(2);
      // Yang et al. 2022, table 8.
      expect(learningRate, name).toBe(role === 'matrix' ? 1 / fanInFactor : 1);
      expect(deviation, name).toBeCloseTo(role === 'matrix' ? fanInFactor ** -0.5 : 1, 12);
      if (role === 'head') expect(output, name).toBe(1 / fanInFactor);
      else if (role !== 'embedding') expect(output, name).toBe(1);
    }
  });

  it.each([
    ['keras/mlp.json', ['dense_3/kernel']],
    ['keras/multi-input-output.json', ['kind/kernel', 'price/kernel']],
    ['keras/unet-transpose.json', ['mask/kernel']],
    ['keras/gru.json', ['each_step/kernel']],
    ['onnx/vision-transformer-trace-17.onnx', ['head.weight']],
    ['torch-export/resnet.pt2', ['fc.weight']],
    ['huggingface/bert-classifier.json', ['classifier.weight']],
    ['huggingface/llama-3-8b.json', ['lm_head.weight']],
    // Outputs of a norm, or a pooler as wide as the model: hidden.
    ['keras/normalizations.json', []],
    ['huggingface/bert-large-encoder.json', []],
  ])('the matrices that make the outputs of %s are %j', async (file, heads) => {
    const rows = await rowsOf(file, 'mup', 1);
    expect([...rows].flatMap(([name, { role }]) => (role === 'head' ? [name] : []))).toEqual(heads);
  });

  it.each([
    ['keras/transformer.json', /attention_output\/kernel|ff2.*\/kernel/, /block.*(attention|ff)/],
    ['keras/vision-transformer.json', /attention_output\/kernel|ff2.*\/kernel/, /block/],
    ['onnx/convnext-trace-17.onnx', /stage.*scale/, /stage|onnx::MatMul/],
    ['huggingface/pythia-160m.json', /attention\.dense\.weight|dense_4h_to_h\.weight/, /layers/],
    ['huggingface/deepseek-v2-lite.json', /o_proj|down_proj/, /layers/],
  ])('CompleteP finds the residual branches of %s (Dey et al. 2025, table 1)', async (file, last, inside) => {
    const rows = await rowsOf(file, 'completep');
    for (const [name, { role, output, epsilon, weightDecay, fanInFactor }] of rows) {
      if (role !== 'head' && role !== 'embedding') expect(output, name).toBe(last.test(name) ? 0.5 : 1);
      expect(weightDecay, name).toBe(role === 'matrix' ? fanInFactor : 1);
      const width = /head\.bias|out\/bias|head\/bias|q_a|kv_a|mlp\.gate\.weight/.test(name) ? 1 : 2;
      expect(epsilon, name).toBe(1 / (width * (inside.test(name) ? 2 : 1)));
    }
  });
});
