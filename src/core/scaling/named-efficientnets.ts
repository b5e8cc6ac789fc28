import { EFFICIENTNETS } from '../model/presets/efficientnets.ts';
import { EFFICIENTNET_COMPOUND, impliedPhi, nominalCost } from './compound.ts';
import type { AxisFactors } from './compound.ts';

/** A published EfficientNet beside the formula that it is said to follow. */
export interface NamedEfficientnet {
  readonly name: string;
  /** Its own coefficients; the resolution as a multiple of B0's 224. */
  readonly factors: AxisFactors;
  /** The phi that each of them would come from, were it a power of alpha, beta or gamma. */
  readonly impliedPhi: AxisFactors;
  /** Factor of operations that its coefficients ask for, before rounding. */
  readonly nominalCost: number;
}

const BASE_RESOLUTION = EFFICIENTNETS[0].resolution;

/** B0 to L2 with the phi that each coefficient implies. */
export const NAMED_EFFICIENTNETS: readonly NamedEfficientnet[] = EFFICIENTNETS.map(
  ({ name, depth, width, resolution }) => {
    const factors = { depth, width, resolution: resolution / BASE_RESOLUTION };
    return { name, factors, impliedPhi: impliedPhi(factors), nominalCost: nominalCost(factors) };
  },
);

/** The statement that the published coefficients are not powers of alpha, beta and gamma, by the member that shows it best. */
export function notPowersOfAlpha(): string {
  const { depth: alpha, width: beta, resolution: gamma } = EFFICIENTNET_COMPOUND;
  const shown = NAMED_EFFICIENTNETS.map((named) => `${shortName(named.name)} ${phiText(named.impliedPhi)}`);
  return (
    `The named EfficientNets are not powers of alpha ${alpha}, beta ${beta}, gamma ${gamma}: their published coefficients imply ` +
    `another phi for depth, width and resolution (${shown.slice(1, -2).join('; ')}). They are presets of their own.`
  );
}

const shortName = (name: string): string => name.replace('efficientnet-', '').toUpperCase();
const phiText = ({ depth, width, resolution }: AxisFactors): string =>
  [depth, width, resolution].map((phi) => phi.toFixed(2)).join(', ');
