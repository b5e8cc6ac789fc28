import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/core/schema/index.ts';
import { PRESETS } from '../../src/core/model/families.ts';
import { printed, printedJson, tooWide } from '../support/in-process.ts';
import { isoflop, ROOT, temporaryFolder } from '../support/study.ts';

const MODELS = join(ROOT, 'test/golden/models');
const folder = temporaryFolder('models');
const at = (name: string): string => join(folder, name);
const model = (path: string): string => join(MODELS, path);

interface Framework {
  readonly file: string;
  readonly trainable: number;
}

/** What the frameworks themselves say of the files. */
const RECORD = new Map(
  (JSON.parse(readFileSync(model('record.json'), 'utf8')) as Framework[]).map((entry) => [entry.file, entry]),
);

/** One file of each format. */
const FILES = [
  'keras/convnet.keras',
  'keras/two-branch.json',
  'keras2/saved-convnet.h5',
  'onnx/resnet-kept-trace-17.onnx',
  'torch-export/resnet.pt2',
  'huggingface/llama-3.2-1b.json',
];

interface Scaled {
  readonly after: { readonly params: number; readonly macs: number };
}

const analysed = (path: string, ...options: string[]): Promise<AnalysisDocument> =>
  printedJson<AnalysisDocument>('analyze', path, ...options);

describe('isoflop analyze', () => {
  it.each(FILES)('%s counts as its framework does, and reads within 80 columns', async (file) => {
    const { parameters, layers } = await analysed(model(file));
    expect(parameters.trainable).toBe(RECORD.get(file)!.trainable);
    expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters.total);
    for (const by of ['block', 'layer']) {
      const text = await printed('analyze', model(file), '--by', by, '--device', 'l4', '--samples', '1e6');
      expect(tooWide(text)).toEqual([]);
      expect(text).toContain(parameters.total.toLocaleString('en-US'));
    }
  });

  it('our YAML, as a preset shows it', async () => {
    const text = await printed('presets', 'convnext-tiny');
    writeFileSync(at('own.yaml'), text.slice(text.indexOf('family:')));
    // Torchvision: ConvNeXt-T has 28,589,128 parameters.
    expect((await analysed(at('own.yaml'))).parameters.total).toBe(28_589_128);
  });

  it('a preset by a convention, on a device, with its figure', async () => {
    const options = ['--convention', 'pycls', '--device', 'a100-80', '--batch', '8', '--figure', at('cost.png')];
    const { operations, time, batch } = await analysed('efficientnet-b0', ...options);
    // pycls, dev/model_zoo: it counts the biases of convolutions too.
    expect(operations).toBe(8 * 385_825_092);
    expect([batch, time!.device.name]).toEqual([8, 'a100-80']);
    expect([...readFileSync(at('cost.png')).subarray(1, 4)]).toEqual([80, 78, 71]);
    await printed('analyze', 'efficientnet-b0', '--figure', at('cost.svg'));
    expect(readFileSync(at('cost.svg'), 'utf8')).toMatch(/^<svg/);
  });

  it('every preset and every file of ours within 80 columns, by blocks and by layers', async () => {
    const files = globSync(['keras/*', 'keras2/*', 'onnx/*', 'torch-export/*', 'huggingface/*'], { cwd: MODELS });
    const names = [...PRESETS.map(({ name }) => name), ...files.map(model)];
    expect(names.length).toBeGreaterThan(250);
    for (const name of names) {
      for (const by of ['block', 'layer']) {
        const text = await printed('analyze', name, '--by', by, '--device', 'h100-sxm');
        expect(tooWide(text), name).toEqual([]);
        expect(text, name).not.toMatch(/NaN|undefined|Infinity|\[object/);
      }
    }
  });
});

describe('isoflop scale', () => {
  it.each([
    [['efficientnet-b0', '--compound', '1'], 'b1.yaml'],
    [['regnety-800mf', '--rule', 'dollar', '--times', '4'], 'regnet.yaml'],
    [['gpt2', '--rule', 'balanced', '--times', '8'], 'gpt.yaml'],
    [['vit_base_patch16_224', '--rule', 'sovit', '--times', '4'], 'vit.yaml'],
    [['resnet50', '--rule', 'depth=0.5,resolution=0.25', '--times', '2'], 'resnet.yaml'],
    [['llama-3-8b', '--width', '0.5', '--feed-forward', '0.25', '--depth', '0.5'], 'llama.yaml'],
    [[model('keras/residual.json'), '--depth', '2', '--width', '1.5'], 'residual.json'],
    [[model('keras/convnet.keras'), '--resolution', '1.25'], 'convnet.json'],
    [[model('onnx/resnet-kept-trace-17.onnx'), '--depth', '2', '--width', '2'], 'resnet.onnx'],
    [[model('huggingface/qwen3-0.6b.json'), '--depth', '0.5', '--width', '2'], 'qwen.json'],
  ])('%j writes %s, which reads again as what was told', async (args, name) => {
    expect(tooWide(await printed('scale', ...args))).toEqual([]);
    const { after } = await printedJson<Scaled>('scale', ...args, '--out', at(name));
    const { parameters, macs } = await analysed(at(name));
    expect([parameters.total, macs]).toEqual([after.params, after.macs]);
  });

  it('to a target: the answer and its runners-up fulfil it, best first, and the file is the answer', async () => {
    const target = 'params <= 10M, latency <= 5ms, memory <= 2GB';
    const args = ['scale', 'efficientnet-b0', '--target', target, '--device', 'a100-80', '--out', at('target.yaml')];
    const { choices, isProved, evaluated } = await printedJson<{
      choices: { metrics: { params: number; latency: number; memory: number } }[];
      isProved: boolean;
      evaluated: number;
    }>(...args);
    expect(choices).toHaveLength(4);
    for (const { metrics } of choices) {
      expect(metrics.params).toBeLessThanOrEqual(10e6);
      expect(metrics.latency).toBeLessThanOrEqual(5e-3);
      expect(metrics.memory).toBeLessThanOrEqual(2e9);
    }
    expect(isProved).toBe(true);
    // Bounds leave few sizes to build: of 1.8 million some 300.
    expect(evaluated).toBeLessThan(1000);
    const { parameters, memory, time } = await analysed(at('target.yaml'), '--device', 'a100-80');
    expect(parameters.total).toBe(choices[0].metrics.params);
    expect(memory.inference.total).toBe(choices[0].metrics.memory);
    expect(time!.predictionSeconds / choices[0].metrics.latency).toBeCloseTo(1, 12);
    expect(tooWide(await printed('scale', 'llama-3.2-1b', '--target', 'params = 2e9 +- 1%'))).toEqual([]);
  });

  it('the examples of every help run', async () => {
    const files = new Map([
      ['model.keras', model('keras/residual.json')],
      ['bigger.json', at('bigger.json')],
      ['2b.yaml', at('2b.yaml')],
      ['model.py', at('model.py')],
      ['config.json', model('safetensors/llama-tiny-sharded/config.json')],
      ['model.safetensors.index.json', model('safetensors/llama-tiny-sharded/model.safetensors.index.json')],
    ]);
    for (const command of ['analyze', 'scale', 'diff', 'devices', 'presets']) {
      const examples = isoflop(command, '--help').stdout.matchAll(/^ {2}isoflop (\S+ .*)$/gm);
      const lines = [...examples].map(([, line]) =>
        line.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', '')),
      );
      expect(lines.length, command).toBeGreaterThan(0);
      for (const words of lines)
        expect(await printed(...words.map((word) => files.get(word) ?? word)), words.join(' ')).not.toBe('');
    }
  });
});

describe('isoflop diff', () => {
  it('by blocks and by layers within 80 columns; the layers hold the difference', async () => {
    for (const by of ['block', 'layer']) {
      const text = await printed('diff', 'efficientnet-b0', 'convnext-tiny', '--by', by);
      expect(tooWide(text)).toEqual([]);
    }
    expect(await printed('diff', 'resnet50', 'resnet101')).toContain(
      '+ stage3.block7-23 (17 blocks of 10 layers): 19.0 M parameters, 3.71 G MACs',
    );
    const { layers } = await printedJson<{ layers: { parameters: [number, number] }[] }>('diff', 'gpt2', 'gpt2-xl');
    const sums = [0, 1].map((side) => layers.reduce((sum, layer) => sum + layer.parameters[side], 0));
    // Hugging Face: 124,439,808 and 1,557,611,200.
    expect(sums).toEqual([124_439_808, 1_557_611_200]);
  });
});

describe('a command that cannot do what is asked says so with its exit code', () => {
  it.each<[string[], number, RegExp]>([
    [['analyze', model('refusals/torchscript-trace.pt')], 2, /TorchScript[\s\S]*torch\.export/],
    [['analyze', model('refusals/pickled.pkl')], 2, /pickle[\s\S]*torch\.export/],
    [['analyze', model('refusals/state-dict.pt')], 2, /pickle[\s\S]*torch\.export/],
    [['analyze', 'vit-b-16'], 2, /no file and no preset[\s\S]*vit_base_patch16_224/],
    [['analyze', 'resnet50', '--device', 'h100'], 2, /no device[\s\S]*h100-sxm, h100-pcie/],
    [['analyze', 'resnet50', '--convention', 'pycl'], 2, /no convention[\s\S]*pycls/],
    [['scale', 'gpt2', '--target', 'params <= 10M latency'], 2, /is no target\n {2}params <= 10M latency\n {2}\^/],
    [['scale', 'gpt2', '--target', 'latency <= 5ms'], 2, /--device/],
    [['scale', 'gpt2', '--target', 'params <= 1k'], 1, /^$/],
    [['scale', 'gpt2', '--resolution', '2'], 1, /has no resolution to scale/],
    [['scale', 'gpt2', '--depth', '2', '--compound', '1'], 2, /one way to scale, got several/],
    [['scale', 'gpt2', '--width', '2', '--out', at('gpt.onnx')], 2, /written as \.yaml .* or \.py/],
    [['scale', 'gpt2', '--width', '2', '--out', at('nowhere/gpt.yaml')], 2, /nowhere/],
  ])('%j: %i', (args, code, said) => {
    const found = isoflop(...args);
    expect(found.stderr).toMatch(said);
    expect(found.stderr).not.toMatch(/\bat .*\.ts:\d+/);
    expect(found.code).toBe(code);
    if (code === 1 && found.stderr === '') expect(found.stdout).toContain('No size of gpt2 fulfils');
  });

  it('writes nothing where it refuses', () => {
    expect(existsSync(at('gpt.onnx'))).toBe(false);
  });
});
