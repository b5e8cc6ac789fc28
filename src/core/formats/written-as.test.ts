import { describe, expect, it } from 'vitest';
import { presetModel } from '../model/families.ts';
import { huggingFaceModel } from './huggingface/model.ts';
import { checkWritten, writtenAs, writtenForms } from './written-as.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('writtenAs', () => {
  it('writes a preset of every family as YAML and as PyTorch code', () => {
    for (const name of ['resnet18', 'gpt2', 'bert-base', 'vit_tiny_patch16_224', 'mlp-20-64-128-64-1']) {
      const model = presetModel(name)!;
      expect(writtenForms(model).map(({ extension }) => extension)).toEqual(['.yaml', '.py']);
      expect(text(writtenAs(model, '.yaml').bytes)).toMatch(/^family: /);
      expect(text(writtenAs(model, '.py').bytes)).toMatch(/^class \w+\(nn\.\w+\):$/m);
    }
  });

  it("writes a Hugging Face model as its configuration, and its family's code", () => {
    const model = huggingFaceModel('{"model_type": "gpt2", "n_layer": 2}', 'small');
    expect(text(writtenAs(model, '.json').bytes)).toBe('{"model_type": "gpt2", "n_layer": 2}');
    expect(text(writtenAs(model, '.py').bytes)).toContain('DEPTH = 2\n');
  });

  it('refuses other endings with what can be written', () => {
    const model = presetModel('gpt2')!;
    const refusal = (extension: string) => () => checkWritten(model, extension);
    expect(refusal('.pt2')).toThrow('.yaml (the family and its parameters) or .py (PyTorch code); not as .pt2');
    expect(refusal('')).toThrow('a name without an ending does not say as what');
    expect(refusal('.yaml')).not.toThrow();
  });
});
