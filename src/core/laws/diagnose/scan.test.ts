import { describe, expect, it } from 'vitest';
import { Projection } from '../../math/projection.ts';
import { Random } from '../../math/random.ts';
import { regress } from '../../math/regression.ts';
import { studentCdf } from '../../math/distributions.ts';
import { scan } from './scan.ts';

const rows = 12;
const x = Float64Array.from({ length: rows }, (_, k) => k);
const one = x.map(() => 1);
const law = new Projection([one, x]);
const hinges = [3, 5, 7].map((knot) => x.map((value) => Math.max(0, value - knot)));
const noise = (random: Random): Float64Array => x.map(() => random.normal());

describe('scan', () => {
  it('gives the t and the p of a regression for one departure', () => {
    const y = noise(new Random(8));
    const found = scan({ law, response: y, departures: [hinges[1]], side: 'both', level: 0.05 })!;
    const fit = regress(
      Array.from(x, (value, row) => [1, value, hinges[1][row]]),
      Array.from(y),
    )!;
    const error = Math.sqrt((fit.residualSum / fit.degrees) * fit.inverse[2][2]);
    expect(found.effect).toBeCloseTo(fit.coefficients[2], 10);
    expect(found.error).toBeCloseTo(error, 10);
    expect(found.pValue).toBeCloseTo(2 * (1 - studentCdf(Math.abs(fit.coefficients[2] / error), fit.degrees)), 10);
  });

  it.each(['positive', 'both'] as const)('holds its level over all departures (%s)', (side) => {
    const level = 0.05;
    const sets = 600;
    let alarms = 0;
    for (let set = 0; set < sets; set++) {
      const response = noise(new Random(21, set));
      if (scan({ law, response, departures: hinges, side, level })!.pValue <= level) alarms += 1;
    }
    // Within four standard errors of 5 %.
    expect(Math.abs(alarms / sets - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / sets));
  });

  it('does not see a departure to the other side, and says when nothing is left to judge by', () => {
    const random = new Random(2);
    const response = x.map((_, row) => -hinges[0][row] + 0.1 * random.normal());
    expect(scan({ law, response, departures: [hinges[0]], side: 'positive', level: 0.05 })!.pValue).toBeGreaterThan(
      0.9,
    );
    const both = scan({ law, response, departures: hinges, side: 'both', level: 0.001 })!;
    expect(both).toMatchObject({ at: 0, pValue: expect.closeTo(0, 6) });
    expect(both.effect).toBeCloseTo(-1, 1);
    expect(scan({ law, response, departures: [x], side: 'both', level: 0.05 })).toBeUndefined();
    const three = [0, 1, 2].map((k) => x.slice(0, 3).map((value) => value ** k));
    expect(
      scan({
        law: new Projection(three.slice(0, 2)),
        response: three[2],
        departures: [three[2]],
        side: 'both',
        level: 0.05,
      }),
    ).toBeUndefined();
  });
});
