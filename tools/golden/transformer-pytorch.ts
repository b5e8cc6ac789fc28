/** Prints the PyTorch text of transformers for tools/golden/transformer_pytorch.py: `node tools/golden/transformer-pytorch.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { huggingFaceModel } from '../../src/core/formats/huggingface/model.ts';
import { transformerPytorch } from '../../src/core/formats/pytorch/transformer.ts';
import { presetModel } from '../../src/core/model/families.ts';
import type { Model } from '../../src/core/model/model.ts';
import type { TransformerSpec } from '../../src/core/model/transformer/schema.ts';

const PRESETS = [
  ...['gpt2', 'opt-350m', 'pythia-14m', 'llama-3-8b', 'gemma-2-2b', 'qwen1.5-moe-a2.7b', 'qwen3-30b-a3b'],
  ...['deepseek-v2-lite', 'deepseek-v3', 'mixtral-8x7b', 'chinchilla-01-44m', 'chinchilla-47-12569m'],
];
const VARIANTS = join(import.meta.dirname, '../../test/golden/huggingface-variants.json');
const { rows } = JSON.parse(readFileSync(VARIANTS, 'utf8')) as { rows: { config: Record<string, unknown> }[] };
const odd = rows.map(({ config }, index) => huggingFaceModel(JSON.stringify(config), `variant-${index}`));

const texts = [...PRESETS.map((name) => presetModel(name)!), ...odd]
  .filter(({ family }: Model) => family?.family === 'transformer')
  .map(({ name, family }) => ({
    name,
    text: transformerPytorch(family!.parameters as unknown as TransformerSpec, name),
  }));
process.stdout.write(JSON.stringify(texts));
