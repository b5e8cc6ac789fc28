import { describe, expect, it } from 'vitest';
import { GOLDEN_NETS } from '../support/golden-nets.ts';
import { farLosses, farRows, lossOfStep, readGolden, runGolden, startGolden } from '../support/golden-training.ts';

describe.each(GOLDEN_NETS)('$name against PyTorch in double precision (tools/golden/nets)', (net) => {
  const golden = readGolden(net.name);

  it('the first gradients err at most five times what PyTorch errs in single precision', async () => {
    const session = await startGolden(net, golden, 'adamw');
    await lossOfStep(net, session, 0);
    expect(farRows(golden.gradients, session.gradients)).toEqual([]);
    session.release();
  });

  it('20 steps of AdamW: losses, and the running statistics after them', async () => {
    const session = await startGolden(net, golden, 'adamw');
    expect(farLosses(golden.losses.adamw, await runGolden(net, session, golden, 'adamw'))).toEqual([]);
    expect(farRows(golden.statistics, session.buffers)).toEqual([]);
    session.release();
  });

  it('20 steps of SGD with momentum', async () => {
    const session = await startGolden(net, golden, 'sgd');
    expect(farLosses(golden.losses.sgd, await runGolden(net, session, golden, 'sgd'))).toEqual([]);
    session.release();
  });
});
