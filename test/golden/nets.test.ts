import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pytorchText } from '../../src/core/formats/pytorch/text.ts';
import { GOLDEN_NETS } from '../support/golden-nets.ts';
import { farRows, lossOfStep, readGolden, startGolden } from '../support/golden-training.ts';

/** test/e2e/nets.test.ts trains all of them; these are quick. */
const QUICK = new Set(['mobilenet-v3-small-100']);

describe('whole nets against PyTorch in double precision (tools/golden/nets)', () => {
  it.each(GOLDEN_NETS)('$name is the text that torch ran', ({ name, model }) => {
    // Another text than the one that ran: run tools/golden/nets/nets.py again.
    expect(createHash('sha256').update(pytorchText(model)!).digest('hex')).toBe(readGolden(name).text);
  });

  it.each(GOLDEN_NETS.filter(({ name }) => QUICK.has(name)))('$name: the first gradients', async (net) => {
    const golden = readGolden(net.name);
    const session = await startGolden(net, golden);
    await lossOfStep(session, 0);
    expect([...session.gradients.keys()].sort()).toEqual(golden.gradients.map(([name]) => name).sort());
    expect(farRows(golden.gradients, session.gradients)).toEqual([]);
    session.release();
  });
});
