import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SchedulePoints } from '../../src/core/laws/curves/loss-curve.ts';
import { createSchedule, scheduleLawById } from '../../src/core/laws/index.ts';
import type { ScheduleRow } from '../../src/core/laws/index.ts';

interface Golden {
  readonly rows: readonly ScheduleRow[];
  readonly steps: readonly number[];
  readonly sums: readonly number[];
  readonly laws: Readonly<Record<string, { parameters: Readonly<Record<string, number>>; losses: readonly number[] }>>;
}

// tools/golden/schedules.py wrote it, by plain sums over every step.
const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, 'schedules/laws.json'), 'utf8')) as Golden;

describe('schedule laws against plain sums in NumPy', () => {
  const schedule = createSchedule(GOLDEN.rows);

  it('sums of rates, the warm-up and a jump among them', () => {
    for (const [index, step] of GOLDEN.steps.entries())
      expect(schedule.sums[step] / GOLDEN.sums[index]).toBeCloseTo(1, 10);
  });

  // Gathering far changes costs some 1e-6 of the loss; what has no changes is exact.
  it.each(Object.entries(GOLDEN.laws))('losses of %s', (id, { parameters, losses }) => {
    const law = scheduleLawById(id);
    const raw = law.parameters.map(({ name }) => parameters[name]);
    const points = new SchedulePoints(law, schedule, GOLDEN.steps, 0);
    const ours = losses.map((_, row) => points.loss(raw, row, new Float64Array(raw.length)));
    const worst = Math.max(...ours.map((loss, row) => Math.abs(loss - losses[row])));
    expect(worst).toBeLessThan(law.weight ? 2e-5 : 1e-12);
    // The sums matter: without them the losses are off by far more than that.
    if (law.weight) expect(Math.abs(losses.at(-1)! - raw[0] - raw[1] * schedule.sums[5000] ** -raw[2])).toBeGreaterThan(0.01);
  });
});
