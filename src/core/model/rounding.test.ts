import { describe, expect, it } from 'vitest';
import { makeDivisible, roundHalfEven, roundKnob } from './rounding.ts';

describe('rounding of scaled sizes', () => {
  it('a half goes to the even neighbour, as in Python', () => {
    expect([0.5, 1.5, 2.5, 8.5, -1.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 8, -2, 2, 3]);
  });

  it('to multiples of 8: EfficientNet loses no more than 10 %, EfficientNetV2 may', () => {
    // 24 x 1.1 = 26.4 and 16 x .35 = 5.6 fall to 24 and rise to 8; 88 of 3.67 x 24; 16 would lose 11 % of 18.
    expect(makeDivisible(26.4, 8, 0.1)).toBe(24);
    expect(makeDivisible(5.6, 8, 0.1)).toBe(8);
    expect(makeDivisible(18, 8, 0.1)).toBe(24);
    expect(makeDivisible(18, 8)).toBe(16);
  });

  it('of a knob is that of its family, never below its minimum', () => {
    const knob = { step: 8, minimum: 16 };
    expect(roundKnob({ ...knob, rounding: 'nearest' }, 20)).toBe(16);
    expect(roundKnob({ ...knob, rounding: 'divisible' }, 20)).toBe(24);
    expect(roundKnob({ ...knob, rounding: 'floor' }, 31)).toBe(24);
    expect(roundKnob({ ...knob, rounding: 'divisible-10' }, 9)).toBe(16);
    expect(roundKnob({ step: 1, minimum: 1, rounding: 'ceil' }, 3.1)).toBe(4);
    expect(roundKnob({ step: 1, minimum: 1, rounding: 'nearest' }, 0.2)).toBe(1);
  });
});
