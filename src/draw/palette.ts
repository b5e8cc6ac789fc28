import type { Ink } from '../core/report/figure.ts';

/** Shades for one background; the hues are told apart by the colour-blind (after Okabe and Ito 2008). */
export interface Palette {
  readonly background: string;
  readonly grid: string;
  readonly named: Readonly<Record<Exclude<Ink, object>, string>>;
  /** From the smallest size to the largest. */
  readonly ramp: readonly string[];
}

export const LIGHT: Palette = {
  background: '#ffffff',
  grid: '#e4e7ec',
  named: {
    text: '#1d2433',
    muted: '#98a1b3',
    law: '#5f6b85',
    prediction: '#0b66c3',
    actual: '#d1480a',
    baseline: '#7a8499',
  },
  ramp: ['#8fb6e0', '#74a3d6', '#588fca', '#3d79ba', '#2566ab', '#134d8e', '#0b3568', '#0a2144'],
};

export const DARK: Palette = {
  background: '#12161f',
  grid: '#2a3140',
  named: {
    text: '#eef1f7',
    muted: '#6b7690',
    law: '#9aa6c0',
    prediction: '#5fb0ff',
    actual: '#ff8a4c',
    baseline: '#8e9ab3',
  },
  ramp: ['#31527a', '#3d6799', '#4a7db8', '#5b94d3', '#74abe6', '#92c2f3', '#b4d7fa', '#d9ecff'],
};

export function colorOf(ink: Ink, palette: Palette): string {
  if (typeof ink === 'string') return palette.named[ink];
  return palette.ramp[Math.round(ink.ramp * (palette.ramp.length - 1))];
}

/** Pairs of (light colour, CSS variable, dark colour): how a light drawing becomes one that follows the reader's theme. */
export function themeVariables(): readonly (readonly [light: string, name: string, dark: string])[] {
  const names = Object.keys(LIGHT.named) as (keyof Palette['named'])[];
  return [
    [LIGHT.background, '--background', DARK.background],
    [LIGHT.grid, '--grid', DARK.grid],
    ...names.map((name) => [LIGHT.named[name], `--${name}`, DARK.named[name]] as const),
    ...LIGHT.ramp.map((color, index) => [color, `--ramp${index}`, DARK.ramp[index]] as const),
  ];
}
