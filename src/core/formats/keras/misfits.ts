import { refusal } from '../refusal.ts';
import type { Bindings } from './bindings.ts';

/** Refuses a nested model that is called with another shape than its own input says, as Keras does. */
export function refuseMisfits({ misfits }: Bindings): void {
  const [first] = misfits;
  if (first === undefined) return;
  throw refusal(
    `the input '${first.layer}' of a nested model wants [${first.said}], it is called with [${first.shape}]`,
    {
      path: `layer '${first.layer}'`,
    },
  );
}
