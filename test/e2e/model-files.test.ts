import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analysisSchema } from '../../src/core/schema/analysis.ts';
import { scaleSchema } from '../../src/core/schema/scale.ts';
import { ROOT, isoflop, temporaryFolder } from '../support/study.ts';

const MODELS = join(ROOT, 'test/golden/models');
const model = (path: string): string => join(MODELS, path);
const tooWide = (text: string): string[] => text.split('\n').filter((line) => line.length > 80);

describe('isoflop scale --out', () => {
  const folder = temporaryFolder('models');

  it('writes PyTorch code of a preset, scaled and as it is', () => {
    const [wide, plain] = [join(folder, 'wide.py'), join(folder, 'gpt2.py')];
    expect(isoflop('scale', 'gpt2', '--width', '2', '--out', wide).stdout).toContain('as PyTorch code');
    expect(isoflop('scale', 'gpt2', '--out', plain).stdout).toContain('gpt2, as it is: 124,439,808 parameters');
    expect([wide, plain].map((file) => /^WIDTH = (\d+)$/m.exec(readFileSync(file, 'utf8'))![1])).toEqual([
      '1536',
      '768',
    ]);
  });

  it('writes another document of a model without a factor, as JSON too', () => {
    const yaml = join(folder, 'resnet.yaml');
    const found = scaleSchema.parse(JSON.parse(isoflop('scale', 'resnet18', '--out', yaml, '--json').stdout));
    expect(found).toMatchObject({ name: 'resnet18', edits: [], out: yaml, after: { params: 11689512 } });
    expect(isoflop('analyze', yaml).stdout).toContain('11,689,512');
  });

  it('writes a program of torch.export as PyTorch code, and says why not as .pt2', () => {
    const out = join(folder, 'wider.py');
    const { stdout, code } = isoflop('scale', model('torch-export/resnet.pt2'), '--width', '1.5', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain('A .pt2 file is made by PyTorch alone');
    expect(tooWide(stdout).filter((line) => !line.includes(folder))).toEqual([]);
    expect(readFileSync(out, 'utf8')).toContain('class Network(nn.Module):');
    const without = isoflop('scale', model('torch-export/resnet.pt2'), '--width', '1.5');
    expect(without.code).toBe(0);
    expect(without.stdout).toContain('--out model.py writes PyTorch code.');
    expect(tooWide(without.stdout)).toEqual([]);
  });

  it.each([
    ['gpt2', 'x.onnx', '.yaml (the family and its parameters) or .py (PyTorch code); not as .onnx'],
    ['gpt2', 'x', 'a name without an ending does not say as what'],
    [model('torch-export/mlp.pt2'), 'x.pt2', 'is written as .py (PyTorch code); not as .pt2'],
    [model('keras/mlp.keras'), 'x.keras', 'is written as .json'],
    [model('onnx/conv1d-dynamo-18.onnx'), 'x.py', 'is written as .onnx'],
    [model('safetensors/gpt2-tiny/config.json'), 'x.yaml', '.json (its config.json) or .py (PyTorch code)'],
  ])('refuses %s as %s with what can be written', (name, file, words) => {
    const out = join(folder, 'refused', file);
    const { code, stderr } = isoflop('scale', name, '--width', '2', '--out', out);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(existsSync(out)).toBe(false);
  });
});

describe('isoflop analyze --weights', () => {
  const gpt2 = model('safetensors/gpt2-tiny/config.json');
  const sharded = model('safetensors/llama-tiny-sharded');

  it.each([
    [gpt2, model('safetensors/gpt2-tiny/model.safetensors'), 'it holds 30,336 parameters'],
    [join(sharded, 'config.json'), join(sharded, 'model.safetensors.index.json'), 'it holds 63,792 parameters'],
    [model('torch-export/convnet.pt2'), model('safetensors/convnet-state.safetensors'), 'it holds 6,142 parameters'],
  ])('%s is confirmed by %s', (config, file, words) => {
    const { code, stdout } = isoflop('analyze', config, '--weights', file);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\n +/g, ' ')).toContain(`confirms the count: ${words}`);
    expect(tooWide(stdout)).toEqual([]);
  });

  it('names the tensors that differ, with exit code 1', () => {
    const file = model('safetensors/llama-tiny-tied/model.safetensors');
    const { code, stdout } = isoflop('analyze', gpt2, '--weights', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/transformer\.wte\.weight +lacks it +3,840 +-/);
    expect(stdout).toMatch(/model\.embed_tokens\.weight +has it alone +- +7,200/);
    expect(tooWide(stdout)).toEqual([]);
    const json = isoflop('analyze', gpt2, '--weights', file, '--json');
    expect(json.code).toBe(1);
    expect(analysisSchema.parse(JSON.parse(json.stdout)).weights).toMatchObject({
      confirmed: false,
      params: 30336,
      stored: 56592,
    });
  });

  it('says which shard is not there, and what is no file of weights', () => {
    const folder = temporaryFolder('shards');
    const index = join(folder, 'model.safetensors.index.json');
    copyFileSync(join(sharded, 'model.safetensors.index.json'), index);
    const lost = isoflop('analyze', join(sharded, 'config.json'), '--weights', index);
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringMatching(/the shard '.*' is not beside its index/)]);
    const config = isoflop('analyze', gpt2, '--weights', gpt2);
    expect([config.code, config.stderr]).toEqual([2, expect.stringContaining('weights are read from safetensors')]);
  });
});
