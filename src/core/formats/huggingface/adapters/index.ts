import type { Adapter } from '../adapter.ts';
import { bert } from './bert.ts';
import { convnext } from './convnext.ts';
import { deepseekV2, deepseekV3 } from './deepseek.ts';
import { gemma, gemma2 } from './gemma.ts';
import { gptNeox } from './gpt-neox.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import { mistral, mixtral } from './mistral.ts';
import { opt } from './opt.ts';
import { qwen2, qwen2Moe, qwen3, qwen3Moe } from './qwen.ts';
import { resnet } from './resnet.ts';
import { vit } from './vit.ts';

/** Each `model_type` that is read adds one entry here. */
export const ADAPTERS: readonly Adapter[] = [
  ...[gpt2, gptNeox, opt, llama, mistral, mixtral, gemma, gemma2],
  ...[qwen2, qwen2Moe, qwen3, qwen3Moe, deepseekV2, deepseekV3, bert, vit, convnext, resnet],
];
