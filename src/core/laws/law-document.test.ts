import { describe, expect, it } from 'vitest';
import { parseLaw } from './law-document.ts';

const DOCUMENT = {
  formula: 'loss = E + A / params^alpha + B * steps',
  parameters: {
    E: { meaning: 'floor', unit: 'nats/token', lower: 0.5, upper: 3 },
    A: {},
    alpha: { lower: 0.05, upper: 0.5, start: [0.1, 0.4] },
    B: { signed: true },
  },
};
const withParameter = (name: string, value: unknown) => ({
  ...DOCUMENT,
  parameters: { ...DOCUMENT.parameters, [name]: value },
});

describe('parseLaw', () => {
  it('gives a law: what was said, and the rest from the formula', () => {
    const law = parseLaw({ ...DOCUMENT, id: 'mine', source: 'Doe 2026', caution: 'Never alone.' });
    expect(law).toMatchObject({ id: 'mine', response: 'loss', source: 'Doe 2026', caution: 'Never alone.' });
    expect(law.variables).toEqual(['params', 'steps']);
    const byName = Object.fromEntries(law.parameters.map((one) => [one.name, one]));
    expect(byName.E).toMatchObject({ meaning: 'floor', unit: 'nats/token', lower: 0.5, upper: 3 });
    expect(byName.A).toMatchObject({ lower: 0, centre: { params: 'alpha' } });
    expect(byName.alpha).toMatchObject({ lower: 0.05, upper: 0.5, start: [0.1, 0.4] });
    expect(byName.B).toMatchObject({ signed: true, lower: -1e300 });
  });

  it('does not centre a coefficient with bounds: they are of the raw coefficient', () => {
    const law = parseLaw(withParameter('A', { lower: 1, upper: 100 }));
    expect(law.parameters.find(({ name }) => name === 'A')).not.toHaveProperty('centre');
  });

  it.each<[string, unknown, string, string]>([
    ['no formula', { parameters: {} }, 'formula', 'expected string'],
    ['an unknown key', { ...DOCUMENT, formulae: 'x' }, 'law', 'formulae'],
    [
      'bounds the wrong way',
      withParameter('A', { lower: 3, upper: 1 }),
      'parameters.A.lower',
      'lower must be below upper',
    ],
    ['a negative bound', withParameter('A', { lower: -1 }), 'parameters.A.lower', 'not signed is positive'],
    ['a negative start', withParameter('A', { start: [-1, 1] }), 'parameters.A.start', 'start must be above 0'],
    ['a start the wrong way', withParameter('A', { start: [2, 1] }), 'parameters.A.start', ''],
    ['a start that is none', withParameter('A', { start: 'below' }), 'parameters.A.start', 'a range such as [0.1, 3]'],
    [
      'a start outside',
      withParameter('alpha', { upper: 1, start: [2, 3] }),
      'parameters.alpha.start',
      'outside of the bounds',
    ],
    [
      'a start of no variable',
      withParameter('A', { start: { of: 'x', range: [1, 2] } }),
      'parameters.A.start',
      "no variable 'x'",
    ],
    ['an infinite bound', withParameter('A', { upper: Infinity }), 'parameters.A.upper', 'number'],
    ['a parameter too many', withParameter('q', {}), 'parameters', "no parameter 'q'"],
    [
      'a mistyped parameter',
      { ...DOCUMENT, formula: 'loss = E + A / params^alhpa + B * steps' },
      'formula',
      "'alhpa' is neither",
    ],
    [
      'a name that is not listed',
      { ...DOCUMENT, variables: ['params'] },
      'formula',
      "'steps' is neither a parameter nor a variable",
    ],
    [
      'a variable that is not used',
      { ...DOCUMENT, variables: ['params', 'steps', 'lr'] },
      'variables',
      "does not use the variable 'lr'",
    ],
    ['an unbalanced bracket', { ...DOCUMENT, formula: 'loss = (E + A' }, 'formula', "')' expected"],
    [
      'a unit clash',
      { ...DOCUMENT, formula: 'loss = E + params + A / params^alpha + B * steps' },
      'formula',
      'units do not agree',
    ],
    ['no object', 'text', 'law', 'expected object'],
  ])('refuses %s', (_, document, path, message) => {
    expect(() => parseLaw(document)).toThrow(
      expect.objectContaining({ path, message: expect.stringContaining(message) }),
    );
  });
});
