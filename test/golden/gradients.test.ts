import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parameterGroup } from '../../src/core/recipe/parametrization.ts';
import { modelSchema } from '../../src/core/schema/model.ts';
import type { ModelSpec } from '../../src/core/schema/model.ts';
import { optimizerSchema, recipeSchema } from '../../src/core/schema/recipe.ts';
import type { TrainingProgram } from '../../src/engine/program/contract.ts';
import { buildEvaluationProgram, buildTrainingProgram } from '../../src/engine/program/index.ts';
import { RuntimeSession } from '../../src/engine/session/runtime-session.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { hashed, uniform } from '../support/hashed.ts';

const FOLDER = join(import.meta.dirname, 'gradients');

interface Golden {
  readonly spec: ModelSpec;
  readonly batch: number;
  readonly optimizer: Record<string, number>;
  readonly losses: readonly number[];
  readonly gradients: Readonly<Record<string, string>>;
}

function fillParameters(program: TrainingProgram, session: TrainingSession): void {
  for (const [index, { name, role, fanIn }] of program.parameters.entries()) {
    const values = session.parameters.get(name)!;
    const scale = role === 'matrix' || role === 'head' ? Math.fround(2 / Math.sqrt(fanIn)) : 1;
    const offset = role === 'gain' ? 1 : 0;
    values.set(uniform(index + 1, values.length).map((value) => value * scale + offset));
  }
}

function fillInputs(spec: ModelSpec, session: Pick<TrainingSession, 'inputs'>, step: number): void {
  const { tokens, features, targets } = session.inputs;
  const [first, second] = [1000 + 2 * step, 1001 + 2 * step];
  if (spec.family === 'gpt') {
    tokens.set(hashed(first, tokens.length).map((value) => value % spec.vocabulary));
    targets.set(hashed(second, targets.length).map((value) => value % spec.vocabulary));
    return;
  }
  features.set(uniform(first, features.length));
  if (spec.loss === 'cross-entropy') targets.set(hashed(second, targets.length).map((value) => value % spec.outputs));
  else targets.set(uniform(second, targets.length).map((value) => (spec.loss === 'mse' ? value : Number(value > 0))));
}

const decode = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(new Uint8Array(bytes).buffer);
};

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

describe('against PyTorch in double precision (tools/golden/gradients.py)', () => {
  for (const file of readdirSync(FOLDER)) {
    const golden = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Golden;
    const spec = modelSchema.parse(golden.spec);
    const { learningRate, ...options } = golden.optimizer;
    const optimizer = optimizerSchema.parse(options);
    const recipe = recipeSchema.parse({ parametrization: 'standard', optimizer: options });

    it(`${file.replace('.json', '')}: gradients to 1e-5, 20 losses to 1e-4, evaluation to 1e-6`, async () => {
      const program = buildTrainingProgram(spec, golden.batch);
      const session = await TrainingSession.create(program, (parameter) => parameterGroup(parameter, recipe, 1), 1);
      fillParameters(program, session);
      expect(program.parameters.map(({ name }) => name)).toEqual(Object.keys(golden.gradients));
      for (const [step, wanted] of golden.losses.entries()) {
        fillInputs(spec, session, step);
        const heldOut = step === 0 ? await evaluateOnce(spec, golden.batch, session) : wanted;
        const loss = await session.computeGradients();
        expect(Math.abs(heldOut - wanted)).toBeLessThan(1e-6);
        expect(Math.abs(loss - wanted)).toBeLessThan(1e-4);
        if (step === 0) {
          for (const [name, text] of Object.entries(golden.gradients)) {
            const exact = decode(text);
            const difference = session.gradients.get(name)!.map((value, index) => value - exact[index]);
            expect(norm(difference) / norm(exact), name).toBeLessThan(1e-5);
          }
        }
        session.applyGradients(optimizer, learningRate, step);
      }
      session.release();
    });
  }
});

/** The mean of the evaluation program's row losses on the session's inputs and parameters. */
async function evaluateOnce(spec: ModelSpec, batch: number, session: TrainingSession): Promise<number> {
  const program = buildEvaluationProgram(spec, batch);
  const inputs = program.inputs.map(({ name, shape }) => ({ name, shape, values: session.inputs[name] }));
  const weights = program.parameters.map(({ name, shape }) => {
    return { name, shape, values: session.parameters.get(name)! };
  });
  const losses = new Float32Array(batch);
  const output = { ...program.losses, values: losses };
  const runner = await RuntimeSession.create(program.bytes, 1, [...inputs, ...weights], [output]);
  await runner.run();
  runner.release();
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
