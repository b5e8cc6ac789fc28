import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GOLDEN_NETS } from '../support/golden-nets.ts';
import { farRows, lossOfStep, readGolden, startGolden } from '../support/golden-training.ts';

/** test/e2e/nets.test.ts trains all of them; these are quick. */
const QUICK = new Set(['mobilenet-v3-small-100', 'keras-mlp', 'keras-residual', 'keras-two-branch', 'keras-frozen', 'keras-conv3d', 'keras-convnet', 'keras-transformer', 'vit-small-patches', 'gpt2', 'llama', 'gpt-neox']);

describe('whole nets against PyTorch in double precision (tools/golden/nets)', () => {
  it.each(GOLDEN_NETS)('$name is the text that ran', ({ name, text }) => {
    // Another text than the one that ran: run tools/golden/nets/nets.py again.
    expect(createHash('sha256').update(text).digest('hex')).toBe(readGolden(name).text);
  });

  it.each(GOLDEN_NETS.filter(({ name }) => QUICK.has(name)))('$name: the first gradients', async (net) => {
    const golden = readGolden(net.name);
    const session = await startGolden(net, golden, 'adamw');
    await lossOfStep(net, session, 0);
    expect(farRows(golden.gradients, session.gradients)).toEqual([]);
    session.release();
  });
});
