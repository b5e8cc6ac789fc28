/**
 * Coordinate check of the engine's parametrisations: `node tools/coordinate-check.ts [learning rate]`. Prints, for muP and for the standard
 * parametrisation, the mean absolute activation by width after five steps, and its slope; docs/hyperparameters.md keeps the result.
 */
import { Random } from '../src/core/math/random.ts';
import { gptSchema } from '../src/core/schema/model.ts';
import { recipeSchema } from '../src/core/schema/recipe.ts';
import { coordinateCheck } from '../src/engine/coordinate-check.ts';
import { windowBatches } from '../src/engine/data/windows.ts';

const CONTEXT = 32;
const BATCH = 8;
const VOCABULARY = 64;
export const WIDTHS = [64, 128, 256, 512];

const model = gptSchema.parse({
  family: 'gpt',
  vocabulary: VOCABULARY,
  context: CONTEXT,
  width: 64,
  depth: 2,
  heads: 4,
});

/** Text with something to learn: each token is one of two that may follow the last. */
function tokens(): { length: number; read: (start: number, into: Uint16Array) => void } {
  const random = new Random(1);
  const values = new Uint16Array(10_000);
  for (let index = 1; index < values.length; index++)
    values[index] = (values[index - 1] * 5 + 1 + random.integer(2)) % VOCABULARY;
  return { length: values.length, read: (start, into) => into.set(values.subarray(start, start + into.length)) };
}

export const checkOf = (
  parametrization: 'mup' | 'standard',
  learningRate: number,
  seeds: readonly number[],
  widths: readonly number[] = WIDTHS,
): ReturnType<typeof coordinateCheck> =>
  coordinateCheck({
    model,
    widths,
    recipe: recipeSchema.parse({ learningRate, parametrization, baseWidth: 64, batchTokens: BATCH * CONTEXT }),
    steps: 5,
    batch: BATCH,
    seeds,
    batches: windowBatches(tokens(), CONTEXT, BATCH, 1),
  });

if (import.meta.main) {
  const rate = Number(process.argv[2] ?? 0.01);
  for (const parametrization of ['mup', 'standard'] as const) {
    console.log(`\n${parametrization}, learning rate ${rate} at width 64, five steps, three seeds`);
    console.log(
      `${'layer'.padEnd(10)} ${WIDTHS.map((width) => String(width).padStart(8)).join('')}    slope  of change`,
    );
    for (const { kind, scales, scaleSlope, changeSlope } of await checkOf(parametrization, rate, [0, 1, 2])) {
      const numbers = scales.map((scale) => scale.toFixed(4).padStart(8)).join('');
      console.log(
        `${kind.padEnd(10)} ${numbers} ${scaleSlope.toFixed(3).padStart(8)} ${changeSlope.toFixed(3).padStart(10)}`,
      );
    }
  }
}
