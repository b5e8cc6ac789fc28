import type { Preset } from '../preset.ts';
import { CHINCHILLA_PRESETS } from './chinchilla.ts';
import { DEEPSEEK_PRESETS } from './deepseek.ts';
import { ENCODER_PRESETS } from './encoders.ts';
import { GEMMA_PRESETS } from './gemma.ts';
import { GPT_PRESETS } from './gpt.ts';
import { LLAMA_PRESETS } from './llama.ts';
import { QWEN_PRESETS } from './qwen.ts';

/** Published transformers by name. */
export const TRANSFORMER_PRESETS: readonly Preset[] = [
  ...[...GPT_PRESETS, ...LLAMA_PRESETS, ...GEMMA_PRESETS, ...QWEN_PRESETS, ...DEEPSEEK_PRESETS],
  ...[...CHINCHILLA_PRESETS, ...ENCODER_PRESETS],
];
