import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setInJson } from './edit-json.ts';

const FILE = `{
  "architectures": ["LlamaForCausalLM"],
  "eps": 1e-05,
  "scale": 1.0,
  "text_config": {
    "hidden_size": 64,
    "layer_types": [
      "full_attention",
      "sliding_attention"
    ]
  },
  "note": "a \\"quoted\\" } brace, [and] more"
}
`;

describe('setInJson', () => {
  it('leaves every other character as it is', () => {
    expect(setInJson(FILE, ['text_config', 'hidden_size'], 96)).toBe(FILE.replace('64', '96'));
    expect(setInJson(FILE, ['scale'], 2)).toBe(FILE.replace('1.0', '2'));
    expect(setInJson(FILE, ['note'], 'b')).toBe(FILE.replace(/"a .*more"/, '"b"'));
  });

  it('writes lists as the file does', () => {
    const longer = setInJson(FILE, ['text_config', 'layer_types'], ['a', 'b', 'c']);
    expect(longer).toContain('[\n      "a",\n      "b",\n      "c"\n    ]');
    expect(setInJson(FILE, ['architectures'], ['a', 'b'])).toContain('"architectures": ["a","b"]');
  });

  it('puts a missing key behind the last, indented alike', () => {
    expect(setInJson(FILE, ['text_config', 'head_dim'], 8)).toContain('\n    ],\n    "head_dim": 8\n  },');
    expect(setInJson(FILE, ['last'], null)).toMatch(/more",\n {2}"last": null\n\}\n$/);
    expect(setInJson('{}', ['a'], 1)).toBe('{"a": 1}');
    expect(setInJson('{"a":1}', ['b'], 2)).toBe('{"a":1, "b": 2}');
  });

  it('says what JSON.parse and JSON.stringify say, for any document', () => {
    const key = fc.string({ maxLength: 5 }).filter((name) => name !== '__proto__');
    const objects = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
    fc.assert(
      fc.property(objects, key, fc.jsonValue(), fc.constantFrom(0, 2), (object, name, value, indent) => {
        const edited = setInJson(JSON.stringify(object, null, indent), [name], value);
        // Through JSON once, as -0 is written 0.
        expect(JSON.parse(edited)).toEqual(JSON.parse(JSON.stringify({ ...object, [name]: value })));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
