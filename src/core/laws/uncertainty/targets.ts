import { exp, log } from '../../math/elementary.ts';
import type { Law } from '../../terms/law.ts';
import type { Coordinates } from '../fit/coordinates.ts';
import { modelOf } from '../fit/model.ts';
import type { Target } from './squares.ts';

/** A target with the way back to what is reported. */
export interface ReportedTarget extends Target {
  readonly toRaw: (value: number) => number;
}

/** A parameter: its logarithm where it is positive, a level or a signed one itself. */
export function parameterTarget(law: Law, coordinates: Coordinates, index: number): ReportedTarget {
  const { signed = false, start } = law.parameters[index];
  const isLevel = signed || start === 'below-response' || start === 'above-response';
  return {
    toRaw: isLevel ? (value) => value : exp,
    at: (theta) => {
      const raw = coordinates.toRaw(theta);
      const gradient = new Float64Array(raw.length);
      gradient[index] = isLevel ? 1 : 1 / raw[index];
      coordinates.pullBack(gradient, raw);
      return { value: isLevel ? raw[index] : log(raw[index]), gradient: [...gradient] };
    },
  };
}

/** The law at a point of its variables, in the space of the residuals. */
export function lossTarget(
  law: Law,
  coordinates: Coordinates,
  isLog: boolean,
  at: Readonly<Record<string, number>>,
): ReportedTarget {
  const point = law.variables.map((name) => [at[name]]);
  return {
    toRaw: isLog ? exp : (value) => value,
    at: (theta) => {
      const raw = coordinates.toRaw(theta);
      const [loss, ...derivatives] = modelOf(law).slopes(raw, point, 1);
      const gradient = Float64Array.from(derivatives);
      coordinates.pullBack(gradient, raw);
      return {
        value: isLog ? log(loss) : loss,
        gradient: [...gradient].map((slope) => (isLog ? slope / loss : slope)),
      };
    },
  };
}
