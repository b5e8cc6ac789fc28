import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, documentOf, publishedSchema } from '../../src/core/schema/index.ts';
import { studyJsonSchema } from '../../src/app/study/file.ts';
import { printed, printedJson } from '../support/in-process.ts';
import { faultsOf } from '../support/json-schema.ts';
import type { JsonSchema } from '../support/json-schema.ts';
import { isoflop, ROOT, temporaryFolder } from '../support/study.ts';

const MODELS = join(ROOT, 'test/golden/models');
const model = (path: string): string => join(MODELS, path);
const out = (name: string): string => join(temporaryFolder('schemas'), name);
const schemaOf = (name: string): JsonSchema => publishedSchema(documentOf(name)) as JsonSchema;

/** Commands whose documents hold, together, all that the schemas name. */
const COMMANDS: readonly (readonly [document: string, ...args: string[]])[] = [
  ['analysis', 'analyze', 'efficientnet-b0', '--convention', 'pycls', '--device', 'a100-80', '--samples', '50000'],
  ['analysis', 'analyze', 'deepseek-v2-lite', '--tokens', '64', '--checkpointing', 'full', '--attention', 'causal'],
  ['analysis', 'analyze', model('keras/mlp-fitted.keras'), '--batch', '4', '--convention', 'keras'],
  ['analysis', 'analyze', model('keras/bidirectional-lstm.json'), '--precision', 'adafactor'],
  ['analysis', 'analyze', model('keras2/saved-convnet.h5')],
  ['analysis', 'analyze', model('onnx/vision-transformer-trace-17.onnx')],
  ['analysis', 'analyze', model('torch-export/resnet.pt2')],
  ['analysis', 'analyze', model('huggingface/mixtral-8x7b.json'), '--device', 'h100-sxm'],
  ['diff', 'diff', 'resnet50', 'resnet101'],
  ['diff', 'diff', model('keras/convnet.json'), model('onnx/mlp-dynamo-18.onnx')],
  ['scale', 'scale', 'efficientnet-b0', '--compound', '1'],
  ['scale', 'scale', model('keras/residual.json'), '--depth', '2', '--width', '1.5', '--out', out('a.json')],
  ['scale', 'scale', model('onnx/resnet-dynamo-20.onnx'), '--resolution', '1.25', '--width', '2'],
  ['scale', 'scale', model('keras/convnet.json'), '--depth', '0.5'],
  ['scale', 'scale', 'regnety-800mf', '--rule', 'dollar', '--times', '4', '--weights', 'd1_w1_r1'],
  ['scale', 'scale', 'gpt2', '--width', '2', '--feed-forward', '3', '--hyperparameters', 'completep'],
  ['scale', 'scale', 'gpt2', '--rule', 'balanced', '--times', '8'],
  ['scale', 'scale', 'vit_base_patch16_224', '--rule', 'sovit', '--times', '4'],
  ['scale', 'scale', 'resnet50', '--rule', 'depth=0.5,width=0.25', '--times', '4'],
  ['target', 'scale', 'mlp-20-64-128-64-1', '--target', 'params <= 1M, maximize params'],
  ['target', 'scale', 'llama-3.2-1b', '--target', 'params = 2e9 +- 1%', '--out', out('b.yaml')],
  ['target', 'scale', 'gpt2', '--target', 'params <= 1k'],
  ['target', 'scale', model('keras/convnet.json'), '--target', 'latency <= 1s, memory <= 1MB', '--device', 't4'],
  ['devices', 'devices'],
  ['devices', 'devices', 'tpu-v4'],
  ['presets', 'presets'],
  ['presets', 'presets', 'mlp-20-64-128-64-1'],
  ['schemas', 'schema'],
];

describe('published schemas', () => {
  it.each(COMMANDS.map(([name, ...args]) => ({ name, args, said: args.join(' ').replaceAll(MODELS, '') })))(
    '$name holds what is printed by: $said',
    async ({ name, args }) => {
      const document = await printedJson<{ schema: string }>(...args);
      expect(document.schema).toBe(`isoflop.${name}/1`);
      expect(faultsOf(schemaOf(name), document)).toEqual([]);
    },
  );

  it('the error that a command prints', () => {
    const { stdout, code } = isoflop('scale', 'gpt2', '--target', 'parms <= 3M', '--json');
    expect(code).toBe(2);
    expect(faultsOf(schemaOf('error'), JSON.parse(stdout))).toEqual([]);
  });

  it('refuses what is missing, unknown or of another kind', async () => {
    const document = await printedJson<Record<string, unknown>>('analyze', 'mlp-20-64-128-64-1');
    const schema = schemaOf('analysis');
    const { macs, ...rest } = document;
    expect(faultsOf(schema, rest)).toEqual(['document: lacks macs']);
    expect(faultsOf(schema, { ...document, mac: macs })).toEqual(['document.mac: is not known']);
    expect(faultsOf(schema, { ...document, macs: String(macs) })).toEqual(['document.macs: is no number']);
    expect(faultsOf(schema, { ...document, batch: 1.5 })).toEqual(['document.batch: is no integer']);
  });

  it('isoflop schema prints each, by the name of the format or of the command', async () => {
    const list = await printed('schema');
    for (const { name } of DOCUMENTS) {
      expect(list).toContain(`isoflop.${name}/1`);
      expect(JSON.parse(await printed('schema', name))).toEqual(JSON.parse(JSON.stringify(schemaOf(name))));
    }
    expect(await printed('schema', 'analyze')).toBe(await printed('schema', 'isoflop.analysis/1'));
    await expect(printed('schema', 'analisys')).rejects.toThrow("no format is called 'analisys'");
  });

  it('the schema of studies is the one that isoflop study schema prints', () => {
    expect(schemaOf('study')).toMatchObject(studyJsonSchema());
  });

  it.each(DOCUMENTS.filter(({ direction }) => direction === 'output'))(
    '$name says what every property means',
    (one) => {
      expect(undescribed(publishedSchema(one) as JsonSchema, one.name)).toEqual([]);
    },
  );

  it('a law of the guide is a law by its schema', () => {
    const law = { formula: 'loss = E + A / params^alpha', parameters: { E: {}, A: {}, alpha: {} } };
    expect(faultsOf(schemaOf('law'), law)).toEqual([]);
    expect(faultsOf(schemaOf('law'), { ...law, formula: 3 })).not.toEqual([]);
  });
});

/** Properties without a description, wherever they stand. */
function undescribed(schema: JsonSchema, at: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items, anyOf = [], oneOf = [], prefixItems = [] } = schema as Record<string, never>;
  const named = Object.entries(properties as Record<string, { description?: string }>);
  return [
    ...named.flatMap(([name, inner]) => (inner.description ? [] : [`${at}.${name}`])),
    ...named.flatMap(([name, inner]) => undescribed(inner as JsonSchema, `${at}.${name}`)),
    ...[items ?? true, ...(anyOf as []), ...(oneOf as []), ...(prefixItems as [])].flatMap((inner) =>
      undescribed(inner as JsonSchema, at),
    ),
  ];
}
