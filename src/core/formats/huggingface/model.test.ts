import { describe, expect, it } from 'vitest';
import type { Edit } from '../../model/edit.ts';
import type { Model } from '../../model/model.ts';
import { huggingFaceModel } from './model.ts';

const file = (keys: object): string => `${JSON.stringify(keys, null, 2)}\n`;
const model = (keys: object): Model => huggingFaceModel(file(keys), 'test');
const set = (path: string, value: unknown): Edit => ({ kind: 'parameter', path, value });
const written = (one: Model): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(one.write().bytes)) as Record<string, unknown>;
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { sentence?: string }).sentence ?? String(error);
  }
  return 'nothing was refused';
};

const LLAMA = {
  architectures: ['LlamaForCausalLM'],
  hidden_size: 64,
  intermediate_size: 172,
  model_type: 'llama',
  num_attention_heads: 8,
  num_hidden_layers: 4,
  num_key_value_heads: 2,
  rope_theta: 1e6,
  vocab_size: 100,
};
const GEMMA2 = {
  ...LLAMA,
  architectures: ['Gemma2ForCausalLM'],
  model_type: 'gemma2',
  layer_types: ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'],
};

describe('edits of a config.json', () => {
  it('set the keys of the file and leave the others', () => {
    const edited = model(LLAMA).apply([set('width', 96), set('attention.heads', 12), set('depth', 6)]);
    expect(written(edited)).toEqual({ ...LLAMA, hidden_size: 96, num_attention_heads: 12, num_hidden_layers: 6 });
    expect(Object.keys(written(edited))).toEqual(Object.keys(LLAMA));
  });

  it('use the name that the file uses', () => {
    const gpt2 = { architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', hidden_size: 48, n_head: 4, n_layer: 2 };
    const edited = written(model(gpt2).apply([set('width', 96), set('depth', 3), set('feedForward.hidden', 100)]));
    expect(edited).toEqual({ ...gpt2, hidden_size: 96, n_layer: 3, n_inner: 100 });
  });

  it('let lists with an entry a layer follow the depth', () => {
    const types = written(model(GEMMA2).apply([set('depth', 6)])).layer_types;
    expect(types).toEqual([...GEMMA2.layer_types, 'sliding_attention', 'full_attention']);
    // No pattern: half of the layers stay of each kind.
    const uneven = {
      ...GEMMA2,
      layer_types: ['full_attention', 'full_attention', 'full_attention', 'sliding_attention'],
    };
    const stretched = written(model(uneven).apply([set('depth', 8)])).layer_types as string[];
    expect(stretched.map((type) => type[0]).join('')).toBe('ffffffss');
  });

  it('keep the key-value heads of latent attention those of the heads', () => {
    const v3 = { architectures: ['DeepseekV3ForCausalLM'], model_type: 'deepseek_v3', num_key_value_heads: 128 };
    const edited = written(model(v3).apply([set('attention.heads', 64)]));
    expect([edited.num_attention_heads, edited.num_key_value_heads]).toEqual([64, 64]);
  });

  it('refuse what the file cannot say', () => {
    expect(refusal(() => model({ model_type: 'gpt2' }).apply([set('attention.kvHeads', 4)]))).toContain('no key');
    expect(
      refusal(() =>
        model(LLAMA)
          .apply([set('attention.kvHeads', 3)])
          .lower(),
      ),
    ).toContain('Take kvHeads among 1, 2, 4, 8');
    const qwen = { model_type: 'qwen2', use_sliding_window: false };
    expect(model(qwen).family!.parameters.attention).not.toHaveProperty('slidingWindow');
  });

  it('reach the language model of a multimodal file', () => {
    const both = {
      model_type: 'llava',
      tie_word_embeddings: true,
      vision_config: { hidden_size: 32 },
      text_config: LLAMA,
    };
    const one = model(both);
    expect(one.origin).toBe('llama, the language model alone');
    expect(one.family!.parameters).toMatchObject({ width: 64, head: 'tied' });
    expect(written(one.apply([set('width', 128)]))).toEqual({ ...both, text_config: { ...LLAMA, hidden_size: 128 } });
  });
});

describe('what is said of a file', () => {
  it('names the knobs that it has keys for', () => {
    const axes = (keys: object): string[] => model(keys).family!.knobs.map(({ path }) => path);
    expect(axes(LLAMA)).toEqual(['depth', 'width', 'attention.heads', 'attention.kvHeads', 'feedForward.hidden']);
    expect(axes({ model_type: 'gpt2' })).toEqual(['depth', 'width', 'attention.heads', 'feedForward.hidden']);
    expect(axes({ model_type: 'vit' })).toEqual(['depth', 'width', 'heads', 'hidden', 'image']);
  });

  it('says what was assumed and what is not counted', () => {
    expect(model(LLAMA).origin).toBe('llama');
    expect(model({ ...LLAMA, architectures: undefined }).origin).toBe('llama, no architectures: head assumed');
    const v3 = { architectures: ['DeepseekV3ForCausalLM'], model_type: 'deepseek_v3', moe_layer_freq: 2 };
    expect(model({ ...v3, num_nextn_predict_layers: 1 }).origin).toContain('without its 1 module');
    expect(model(v3).origin).toContain('moe_layer_freq counts only with auto_map');
    expect(model({ ...v3, auto_map: {} }).family!.parameters.experts).toMatchObject({ every: 2 });
  });
});

describe('a config.json that does not fit is refused', () => {
  it.each([
    [{ ...LLAMA, hidden_size: '64' }, 'hidden_size: a whole number from 1 to 1000000000 is wanted, got "64"'],
    [{ ...LLAMA, num_hidden_layers: -1 }, 'num_hidden_layers: a whole number'],
    [{ ...LLAMA, num_hidden_layers: 1e9 }, 'depth: the transformer: Too big'],
    [{ ...GEMMA2, num_hidden_layers: 1e9 }, 'num_hidden_layers: a whole number from 1 to 10000 is wanted'],
    [{ ...LLAMA, vocab_size: null }, 'vocab_size: a whole number from 1 to 1000000000 is wanted, got null'],
    [{ ...LLAMA, num_attention_heads: 7 }, 'Take a hidden size of 63 or 70'],
    [{ ...LLAMA, hidden_act: 'snake' }, "hidden_act: no activation is called 'snake'"],
    [{ ...LLAMA, tie_word_embeddings: 'yes' }, 'tie_word_embeddings: true or false is wanted, got "yes"'],
    [{ ...LLAMA, architectures: ['LlamaForVideo'] }, "architectures: no head is known for 'LlamaForVideo'"],
    [{ ...GEMMA2, layer_types: ['full_attention'] }, 'layer_types: a list with one entry for each of 4 layers'],
    [{ model_type: 'mamba' }, 'Known are gpt2, gpt_neox, opt, llama'],
    [{ hidden_size: 3 }, 'model_type: no model type nothing is known'],
    [{ model_type: 'gpt2', add_cross_attention: true }, 'attends to an encoder'],
  ])('%j', (keys, words) => expect(refusal(() => model(keys))).toContain(words));

  it.each(['', '[1]', '{"model_type": "llama"', '{"model_type": NaN}', '[[['])('%s', (text) =>
    expect(() => huggingFaceModel(text, 'test')).toThrow(),
  );
});
