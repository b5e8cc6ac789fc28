import { describe, expect, it } from 'vitest';
import type { IsoflopError } from '../terms/errors.ts';
import { lawById } from './catalogue/index.ts';
import { ownLaw, restrictLaw } from './own-law.ts';

const columns = ['params', 'tokens', 'flops', 'loss', 'x'];

describe('ownLaw', () => {
  it('tells columns from parameters, and coefficients from exponents', () => {
    const law = ownLaw('loss = E + A / params^alpha + B * tokens^-beta + k * x', { columns });
    expect(law.response).toBe('loss');
    expect(law.variables).toEqual(['params', 'tokens', 'x']);
    const byName = Object.fromEntries(law.parameters.map((one) => [one.name, one]));
    expect(byName.E.start).toBe('below-response');
    expect(byName.A.centre).toEqual({ params: 'alpha' });
    expect(byName.alpha.start).toEqual([0.03, 1.2]);
    expect(byName.k.lower).toBe(0);
  });

  it('looks for a scale beside its variable', () => {
    const law = ownLaw('(Nc / params)^alpha', { columns });
    expect(law.parameters.find(({ name }) => name === 'Nc')!.start).toEqual({ of: 'params', range: [1e-3, 1e3] });
  });

  it('takes what it is told of a parameter', () => {
    const law = ownLaw('a + b * x', { columns, response: 'loss', parameters: { b: { signed: true, lower: -5 } } });
    expect(law.parameters.find(({ name }) => name === 'b')).toMatchObject({ signed: true, lower: -5 });
  });

  it.each([
    ['loss = E + A', 'names no column of the table'],
    ['loss = params', 'has no parameter to fit'],
    ['loss = E + A / params^alpha)', "')' closes no bracket at column 28"],
    ['loss = E + (A / params', "')' expected, got the end at column 23"],
    ['loss = E + A / frobnicate(params)', "unknown function 'frobnicate'"],
    ['loss = E * (params + tokens)', 'params + tokens joins parameters and tokens'],
    ['loss = E * exp(params)', 'exp(params) takes a pure number, not parameters'],
    ['loss = E * params^tokens', 'the exponent of params^tokens is in tokens'],
    ['loss = E * 0 + params', 'units do not agree'],
    ['loss = E + constructor / params', "'constructor' cannot be a name at column 12"],
    ['', 'a number, name or bracket expected, got the end at column 1'],
  ])('refuses %s', (formula, message) => {
    expect(() => ownLaw(formula, { columns })).toThrow(message);
  });

  it('points at the fault in the text as it was written', () => {
    const at = (formula: string): unknown => {
      try {
        return ownLaw(formula, { columns });
      } catch (error) {
        return error;
      }
    };
    const formula = 'loss = E + A * (params + tokens)';
    expect(at(formula)).toMatchObject({ excerpt: { text: formula, position: formula.indexOf('+ tokens') } });
    expect((at('loss = E + (A / params') as IsoflopError).sentence).toBe(
      [
        "formula: ')' expected, got the end at column 23",
        '  loss = E + (A / params',
        `${' '.repeat(24)}^`,
        '  It closes the bracket of column 12.',
      ].join('\n'),
    );
  });

  it.each([
    ['E + A / parms^alpha + k * x', "no column 'parms', which looks like a slip of 'params'"],
    ['E + A / Params^alpha + k * x', "looks like a slip of 'params'"],
    ['E + A / toekns^alpha + k * x', "looks like a slip of 'tokens'"],
    ['E + A / width^alpha + k * x', "the table has no column 'width'"],
  ])('refuses %s unless the name is declared', (formula, message) => {
    expect(() => ownLaw(formula, { columns })).toThrow(message);
    const name = /(\w+)\^alpha/.exec(formula)![1];
    expect(ownLaw(formula, { columns, parameters: { [name]: {} } }).parameters.map((one) => one.name)).toContain(name);
  });

  it.each(['loss0 + A / params^alpha', 'loss_inf + A / params^alpha', 'e + a / params^b', 'E + a1 / params^a2'])(
    'takes no parameter of %s for a slip',
    (formula) => expect(() => ownLaw(formula, { columns })).not.toThrow(),
  );

  it('refuses to be told of a parameter that is not there', () => {
    expect(() => ownLaw('a * x', { columns, parameters: { q: { lower: 1 } } })).toThrow("no parameter 'q'");
  });
});

describe('restrictLaw', () => {
  const chinchilla = lawById('chinchilla');

  it('holds a parameter and ties another', () => {
    const law = restrictLaw(chinchilla, { fixed: { E: 1.69 }, tied: { beta: 'alpha' } });
    expect(law.formula).toBe('1.69 + A / params^alpha + B / tokens^alpha');
    expect(law.parameters.map(({ name }) => name)).toEqual(['A', 'B', 'alpha']);
    expect(law.parameters[1].centre).toEqual({ tokens: 'alpha' });
  });

  it.each([
    [{ fixed: { gamma: 1 } }, "has no parameter 'gamma'"],
    [{ tied: { beta: 'gamma' } }, "has no parameter 'gamma'"],
    [{ fixed: { alpha: 1 }, tied: { beta: 'alpha' } }, 'cannot be tied'],
  ])('refuses %j', (restriction, message) => {
    expect(() => restrictLaw(chinchilla, restriction)).toThrow(message);
  });
});
