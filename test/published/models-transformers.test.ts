import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { totalMacs } from '../../src/core/graph/cost.ts';
import type { Graph } from '../../src/core/graph/types.ts';
import { PRESETS, modelOfFamily, presetModel } from '../../src/core/model/families.ts';
import { llamaHidden } from '../../src/core/model/transformer/llama-hidden.ts';
import { activeParamsOf, cacheElementsOf, macsOfKinds, paramsOf, paramsOfRoles } from '../support/model-counts.ts';
import { ROOT } from '../support/study.ts';

interface Row {
  readonly name: string;
  readonly family: string;
  readonly params: number;
  readonly params_formula?: number;
  readonly params_non_embedding?: number;
  readonly matmul_params_active?: number;
  readonly params_active?: number;
  readonly params_experts?: number;
  readonly kv_cache_bytes_per_token_bf16?: number;
  readonly flops_fwd?: { readonly seq: number; readonly flops: number };
  readonly macs?: number;
  readonly valid?: boolean;
  readonly config: Readonly<Record<string, number>>;
}

const FAMILIES = new Set('vit gpt2 gpt3 pythia opt llama mistral mixtral gemma qwen2.5 deepseek chinchilla'.split(' '));
const ROWS = (JSON.parse(readFileSync(join(ROOT, 'test/published/reference-models.json'), 'utf8')) as Row[]).filter(
  ({ family }) => FAMILIES.has(family),
);
const rowsWith = (key: keyof Row): Row[] => ROWS.filter((row) => row[key] !== undefined);

/** Tokens at which rows without FLOPs are lowered: their counts do not depend on it. */
const FEW_TOKENS = 16;
const lowered = ({ name, flops_fwd }: Pick<Row, 'name' | 'flops_fwd'>): Graph =>
  presetModel(name)!.lower({ tokens: flops_fwd?.seq ?? FEW_TOKENS });

describe('reference-models.json, transformers', () => {
  it('holds the rows that these tests speak of', () => expect(ROWS).toHaveLength(39));

  it.each(ROWS.filter(({ family, name }) => family !== 'chinchilla' && name !== 'gpt3-13b'))(
    '$name has $params parameters',
    (row) => expect(paramsOf(lowered(row))).toBe(row.params),
  );

  it.each(rowsWith('params_formula'))('$name has $params_formula parameters, as published to 0.66 %', (row) => {
    const params = paramsOf(lowered(row));
    expect(params).toBe(row.params_formula);
    expect(Math.abs(params / row.params - 1)).toBeLessThan(0.0067);
  });

  it.each(rowsWith('params_non_embedding').filter(({ name }) => name !== 'gpt3-13b'))(
    '$name has $params_non_embedding of them outside of tables and head',
    (row) => {
      const graph = lowered(row);
      const outside = paramsOf(graph) - paramsOfRoles(graph, ['embedding', 'position', 'head']);
      expect(outside).toBe(row.params_non_embedding);
    },
  );

  it.each(rowsWith('params_active'))('$name: $params_active meet a token, $params_experts are experts', (row) => {
    const graph = lowered(row);
    expect(activeParamsOf(graph)).toBe(row.params_active);
    const stacks = graph.parameters.filter(({ parameter }) => parameter.activeExperts !== undefined);
    expect(paramsOf({ ...graph, parameters: stacks })).toBe(row.params_experts);
  });

  it.each(rowsWith('matmul_params_active'))('$name multiplies $matmul_params_active parameters a token', (row) => {
    const tokens = row.flops_fwd?.seq ?? FEW_TOKENS;
    expect(macsOfKinds(lowered(row), ['linear', 'expertLinear']) / tokens).toBe(row.matmul_params_active);
  });

  it.each(rowsWith('kv_cache_bytes_per_token_bf16'))(
    '$name caches $kv_cache_bytes_per_token_bf16 bytes a token in bf16',
    (row) => expect(2 * cacheElementsOf(lowered(row))).toBe(row.kv_cache_bytes_per_token_bf16),
  );

  it.each(rowsWith('flops_fwd'))('$name takes $flops_fwd.flops FLOPs for $flops_fwd.seq tokens', (row) =>
    expect(2 * totalMacs(lowered(row))).toBe(row.flops_fwd!.flops),
  );

  it.each(rowsWith('macs'))('$name takes $macs multiply-accumulates', (row) =>
    expect(totalMacs(lowered(row))).toBe(row.macs),
  );
});

// Other members of the same families. keras-hub: `params` of its presets; safetensors: the total that the hub shows of the
// published files; timm: results/*.csv, in millions to two places; pythia: the table of EleutherAI/pythia.
const OTHERS: readonly (readonly [name: string, params: number, source: string])[] = [
  ['gpt2-medium', 354_823_168, 'keras-hub'],
  ['gpt2-xl', 1_557_611_200, 'keras-hub'],
  ['pythia-70m', 70_426_624, 'pythia'],
  ['pythia-410m', 405_334_016, 'pythia'],
  ['pythia-1b', 1_011_781_632, 'pythia'],
  ['pythia-2.8b', 2_775_208_960, 'pythia'],
  ['pythia-6.9b', 6_857_302_016, 'pythia'],
  ['llama-2-13b', 13_015_864_320, 'safetensors'],
  ['llama-2-70b', 68_976_648_192, 'safetensors'],
  ['llama-3-8b', 8_030_261_248, 'keras-hub'],
  ['llama-3.1-405b', 405_853_388_800, 'safetensors'],
  ['llama-3.2-1b', 1_235_814_400, 'safetensors'],
  ['mistral-7b-v0.3', 7_248_023_552, 'safetensors'],
  ['mixtral-8x22b', 140_630_071_296, 'safetensors'],
  ['gemma-7b', 8_537_680_896, 'keras-hub'],
  ['gemma-2-9b', 9_241_705_984, 'keras-hub'],
  ['qwen2-1.5b', 1_543_714_304, 'safetensors'],
  ['qwen2.5-3b', 3_085_938_688, 'safetensors'],
  ['qwen2.5-14b', 14_770_033_664, 'safetensors'],
  ['qwen2.5-32b', 32_763_876_352, 'safetensors'],
  ['qwen1.5-moe-a2.7b', 14_315_784_192, 'safetensors'],
  ['qwen3-0.6b', 596_049_920, 'keras-hub'],
  ['qwen3-1.7b', 1_720_574_976, 'keras-hub'],
  ['qwen3-4b', 4_022_468_096, 'keras-hub'],
  ['qwen3-8b', 8_190_735_360, 'keras-hub'],
  ['qwen3-14b', 14_768_307_200, 'keras-hub'],
  ['qwen3-32b', 32_762_123_264, 'keras-hub'],
  ['qwen3-30b-a3b', 30_532_122_624, 'safetensors'],
  ['qwen3-235b-a22b', 235_093_634_560, 'safetensors'],
  ['deepseek-v2', 235_741_434_880, 'safetensors'],
  ['vit_base_patch16_224', 86_567_656, 'torchvision vit_b_16'],
  ['vit_large_patch32_224', 306_535_400, 'torchvision vit_l_32'],
  ['vit_huge_patch14_224', 632_045_800, 'models.md, section 3.2, 11'],
];

describe('other members of the families', () => {
  it.each(OTHERS)('%s has %d parameters (%s)', (name, params) =>
    expect(paramsOf(presetModel(name)!.lower({ tokens: FEW_TOKENS }))).toBe(params),
  );

  it.each([
    ['vit_small_patch16_224', 22.05],
    ['vit_small_patch32_224', 22.88],
    ['vit_gigantic_patch14_224', 1844.44],
    ['vit_so400m_patch14_siglip_224', 427.68],
  ])('%s has %d million parameters (timm)', (name, millions) =>
    expect(paramsOf(presetModel(name)!.lower({})) / 1e6).toBeCloseTo(millions, 2),
  );

  it('every preset has its own name and lowers', () => {
    expect(new Set(PRESETS.map(({ name }) => name)).size).toBe(PRESETS.length);
    for (const { name, source } of PRESETS) {
      expect(name).toBe(name.toLowerCase());
      expect(source.length).toBeGreaterThan(10);
    }
  });
});

describe('what the tables themselves get wrong', () => {
  const gpt3 = (width: number, depth: number, attention: object): Graph => {
    const feedForward = { hidden: 4 * width, gated: false, bias: true };
    const sizes = { vocabulary: 50_257, context: 2048, width, depth };
    const options = { positions: 'learned', norm: 'layernorm', head: 'tied', names: 'gpt2' };
    const document = {
      family: 'transformer',
      ...sizes,
      attention: { bias: 'all', ...attention },
      feedForward,
      ...options,
    };
    return modelOfFamily(document, 'gpt3').lower({ tokens: FEW_TOKENS });
  };

  it('GPT-3 XL and 13B as printed are refused, with shapes that are possible', () => {
    expect(() => gpt3(2048, 24, { heads: 24, headSize: 128 })).toThrow('24 heads of 128 channels are 3072 in all');
    expect(() => gpt3(5140, 40, { heads: 40, headSize: 128 })).toThrow('40 heads of 128 channels are 5120 in all');
    expect(() => gpt3(5140, 40, { heads: 40 })).toThrow('40 heads do not divide the width 5140');
  });

  it('GPT-3 13B at the printed width has the 12,952,938,780 parameters of the formula', () => {
    const row = ROWS.find(({ name }) => name === 'gpt3-13b')!;
    // The count does not depend on how the width is shared out; 20 heads divide it.
    const graph = gpt3(5140, 40, { heads: 20 });
    expect(paramsOf(graph)).toBe(row.params);
    expect(paramsOf(graph) - paramsOfRoles(graph, ['embedding', 'position', 'head'])).toBe(row.params_non_embedding);
  });

  it('the presets say how they were repaired', () => {
    const noted = ROWS.filter(({ valid }) => valid === false).map(({ name }) =>
      PRESETS.find((one) => one.name === name),
    );
    expect(noted).toHaveLength(2);
    for (const preset of noted) expect(preset!.note).toContain('metaseq');
  });
});

describe("LLaMA's rule for the hidden width", () => {
  it.each([
    [4096, 256, 1, 11_008],
    [5120, 256, 1, 13_824],
    [6656, 256, 1, 17_920],
    [8192, 256, 1, 22_016],
    [8192, 4096, 1.3, 28_672],
    [4096, 1024, 1.3, 14_336],
    [16_384, 4096, 1.2, 53_248],
  ])('width %d, multiple of %d, times %d: %d (models.md, section 4.5)', (width, multipleOf, multiplier, hidden) =>
    expect(llamaHidden(width, multipleOf, multiplier)).toBe(hidden),
  );
});
