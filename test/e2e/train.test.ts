import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComparisonResult } from '../../src/core/schema/comparison-result.ts';
import { documentOf, publishedSchema } from '../../src/core/schema/index.ts';
import type { Measurement } from '../../src/core/schema/trial.ts';
import type { TrainingResult } from '../../src/core/schema/training-result.ts';
import { printed, printedJson, tooWide } from '../support/in-process.ts';
import { sentenceOf } from '../support/data-files.ts';
import { faultsOf } from '../support/json-schema.ts';
import type { JsonSchema } from '../support/json-schema.ts';
import { workersOf } from '../support/kill.ts';
import { isoflop, startIsoflop } from '../support/study.ts';
import { DATA, houses, imageFolder, IMAGES, pngOf, TABLE, TEXT, writeTraining } from '../support/training.ts';
import type { TrainingFixture } from '../support/training.ts';

const train = ({ file }: TrainingFixture): Promise<TrainingResult> => printedJson('train', file);

const lossesOf = ({ runs }: TrainingResult): (number | null)[] => runs.map(({ loss }) => loss);
const schemaFaults = (name: string, document: unknown): string[] =>
  faultsOf(publishedSchema(documentOf(name)) as JsonSchema, document);

// Progress goes to stderr.
beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true));

describe('isoflop train', () => {
  it('learns to tell images apart, with a seed each, the same way each time', async () => {
    const training = writeTraining({ ...IMAGES, seeds: 2 });
    const result = await train(training);
    expect(schemaFaults('training-result', result)).toEqual([]);
    expect(result).toMatchObject({
      data: { task: 'classification', train: 120, heldOut: 30 },
      runs: [{ seed: 0 }, { seed: 1 }],
    });
    expect(result.accuracy!.mean).toBeGreaterThan(0.9);
    expect(result.knowingNothing).toBeCloseTo(Math.log(3), 10);
    const [first, second] = lossesOf(result);
    expect(second).not.toBe(first);
    expect(lossesOf(await train(writeTraining({ ...IMAGES, seeds: 2 })))).toEqual([first, second]);

    // The second call finds its runs done; a person reads the same numbers within 80 columns.
    const stdout = await printed('train', training.file);
    expect(stdout).toContain(first!.toFixed(4));
    expect(
      stdout
        .split('\n')
        .filter((line) => !line.startsWith('Results: '))
        .flatMap(tooWide),
    ).toEqual([]);
    expect(globSync('trials/*/attempt-*', { cwd: training.output })).toHaveLength(2);
    expect(globSync('trials/*/attempt-*/weights.safetensors', { cwd: training.output })).toHaveLength(2);
  });

  it("learns a number, and tells its error in the target's unit", async () => {
    const result = await train(writeTraining(TABLE));
    const [{ loss, metrics }] = result.runs;
    // The model learns (price - mean) / deviation, so that its mse is the squared error over the variance.
    const ratio = metrics.rmse / Math.sqrt(loss!);
    const prices = houses(200, 3)
      .slice(1)
      .map((row) => Number(row.split(',')[2]));
    const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
    const deviation = Math.sqrt(prices.reduce((sum, price) => sum + (price - mean) ** 2, 0) / prices.length);
    // 160 of the 200 rows fit the deviation.
    expect(ratio / deviation).toBeGreaterThan(0.85);
    expect(ratio / deviation).toBeLessThan(1.15);
    expect(metrics.rmse).toBeLessThan(deviation / 5);
    expect(metrics.seenLoss).toBeGreaterThan(0);
    expect(metrics.seenLoss).not.toBe(loss);
    expect(result.rmse).toEqual({ mean: metrics.rmse, error: null });
  });

  it('learns a text better than its token frequencies', async () => {
    const result = await train(writeTraining(TEXT));
    expect(result.data.task).toBe('language');
    expect(result.loss!.mean).toBeLessThan(result.knowingNothing - 1);
    expect(result.accuracy).toBeNull();
  });

  it('killed in the middle and run again, ends with the same digits', async () => {
    const long = {
      ...IMAGES,
      epochs: 200,
      data: { ...IMAGES.data, validation: 0.2 },
      evaluation: { every: 7, patience: 1000 },
      recipe: { ...IMAGES.recipe, ema: { decay: 0.9 } },
    };
    const calm = await train(writeTraining(long));
    const training = writeTraining(long);
    const driver = startIsoflop('train', training.file);
    const ended = new Promise((resolve) => driver.once('exit', resolve));
    const checkpoint = join(training.output, 'trials/seed-0/checkpoints');
    while (driver.exitCode === null && globSync('*', { cwd: checkpoint }).length === 0) await sleep(10);
    for (const pid of workersOf({ ...training, folder: dirname(training.file) })) process.kill(pid, 'SIGKILL');
    driver.kill('SIGKILL');
    await ended;
    const resumed = await train(training);
    expect(globSync('trials/*/attempt-*', { cwd: training.output }).length).toBeGreaterThan(1);
    expect(lossesOf(resumed)).toEqual(lossesOf(calm));
    expect(resumed.runs[0].metrics.accuracy).toBe(calm.runs[0].metrics.accuracy);
  });

  it('refuses to mix two trainings in one folder, but takes more seeds', async () => {
    const training = writeTraining({ ...TABLE, epochs: 2 });
    const [first] = lossesOf(await train(training));
    writeFileSync(training.file, readFileSync(training.file, 'utf8').replace('epochs: 2', 'epochs: 2\nseeds: 2'));
    expect(lossesOf(await train(training))[0]).toBe(first);
    writeFileSync(training.file, readFileSync(training.file, 'utf8').replace('epochs: 2', 'epochs: 3'));
    await expect(train(training)).rejects.toThrow('another training');
  });

  it('stops early with the weights that did best on the validation part', async () => {
    const data = { ...TABLE.data, validation: 0.2 };
    const stopping = { ...TABLE, data, epochs: 400, evaluation: { every: 2, patience: 2 } };
    const training = writeTraining(stopping);
    const [{ steps }] = (await train(training)).runs;
    expect(steps).toBeLessThan(1600);
    const [metrics] = globSync('trials/*/attempt-1/metrics.jsonl', { cwd: training.output });
    const lines = readFileSync(join(training.output, metrics), 'utf8').trim().split('\n');
    const looked = lines.map((line) => JSON.parse(line) as Measurement).filter((one) => one.split === 'validation');
    const losses = looked.filter(({ final }) => !final).map((one) => one.loss);
    expect(losses.indexOf(Math.min(...losses))).toBe(losses.length - 3);
    const unwatched = { ...stopping, evaluation: { patience: 2 } };
    expect(await sentenceOf(train(writeTraining(unwatched)))).toContain('validation part');
  });

  it('refuses a recipe that it could not follow', async () => {
    const dropping = { ...TABLE, recipe: { ...TABLE.recipe, dropout: 0.1 } };
    expect(await sentenceOf(train(writeTraining(dropping)))).toContain('recipe.dropout');
  });

  it('a run that learns nothing is told and ends with 1', () => {
    const { code, stdout, stderr } = isoflop(
      'train',
      writeTraining({ ...TABLE, recipe: { ...TABLE.recipe, learningRate: 1e-9 }, epochs: 1 }).file,
    );
    expect(code, stderr).toBe(1);
    expect(stdout).toContain('stuck');
    expect(stdout).toContain('No run ended well');
  });
});

describe('isoflop train on bad data', () => {
  const png = imageFolder(12, 4);
  const folderTraining = (data: object = {}): object => ({
    ...IMAGES,
    data: { kind: 'images', train: 'images', ...data },
  });
  const labels = DATA['train-labels'] as Uint8Array;
  const spoilt = (at: number, value: number): Uint8Array => labels.map((byte, index) => (index === at ? value : byte));
  const table = (changes: object = {}): object => ({ ...TABLE, data: { ...TABLE.data, ...changes } });
  const rows = houses(200, 3);

  it.each<{ what: string; training: object; files: Record<string, string | Uint8Array>; says: RegExp[] }>([
    {
      what: 'a corrupt JPEG',
      training: folderTraining(),
      files: { ...png, 'images/class-1/broken.jpg': Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 1, 2, 3]) },
      says: [/class-1\/broken\.jpg/],
    },
    {
      what: 'an image of another size',
      training: folderTraining(),
      files: { ...png, 'images/class-2/z.png': pngOf(5, 9) },
      says: [/class-2\/z\.png/, /5|9/],
    },
    {
      what: 'a label that no class has',
      training: { ...IMAGES, data: { ...IMAGES.data, classes: ['low', 'middle', 'high'] } },
      files: { ...DATA, 'train-labels': spoilt(8 + 7, 9) },
      says: [/train-images: entry 7: the label is 9/],
    },
    {
      what: 'a class that a part lacks',
      training: IMAGES,
      files: { ...DATA, 'train-labels': labels.map((byte, index) => (index >= 8 && byte === 2 ? 1 : byte)) },
      says: [/class/],
    },
    {
      what: 'a category that only the test part has',
      training: table({ test: 'test.csv' }),
      files: { ...DATA, 'test.csv': ['area,district,price', '80,west,90000', '70,north,80000'].join('\n') },
      says: [/test\.csv/, /west/, /district/],
    },
    {
      what: 'NaN in a feature',
      training: table(),
      files: { ...DATA, 'houses.csv': [...rows.slice(0, 5), 'NaN,north,100000', ...rows.slice(5)].join('\n') },
      says: [/houses\.csv/, /area/, /6|7/],
    },
  ])('$what is refused, with file and entry', async ({ training, files, says }) => {
    const sentence = await sentenceOf(train(writeTraining(training, files)));
    for (const part of says) expect(sentence).toMatch(part);
  });

  it('ends with exit code 2 and a sentence', () => {
    const files = { ...png, 'images/class-1/broken.jpg': Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 1, 2, 3]) };
    const { code, stderr, stdout } = isoflop('train', writeTraining(folderTraining(), files).file);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^isoflop: .*class-1\/broken\.jpg/m);
    expect(stderr).not.toContain('    at ');
  });

  it('what an option leaves out is counted and told', async () => {
    const files = { ...DATA, 'houses.csv': [...rows.slice(0, 5), 'NaN,north,100000', ...rows.slice(5)].join('\n') };
    const { data } = await train(
      writeTraining({ ...TABLE, epochs: 2, data: { ...TABLE.data, missing: 'drop' } }, files),
    );
    expect(data.excluded).toMatchObject([{ count: 1 }]);
    expect(data.train + data.heldOut).toBe(200);
  });
});

describe('a comparison', () => {
  it('tunes, trains and judges its candidates, and writes its report', async () => {
    const { file, output } = writeTraining({
      ...IMAGES,
      schema: 'isoflop.comparison/1',
      data: { ...IMAGES.data, validation: 0.2 },
      epochs: undefined,
      steps: 20,
      seeds: 2,
      candidates: [{ name: 'base' }, { name: 'wider', scale: { along: 'width', macs: 2 } }],
      tune: { learningRate: [0.5, 1] },
    });
    const result = await printedJson<ComparisonResult>('study', 'run', file);
    expect(schemaFaults('comparison-result', result)).toEqual([]);
    expect(JSON.parse(readFileSync(join(output, 'comparison.json'), 'utf8'))).toEqual(result);
    const [base, wider] = ['base', 'wider'].map((name) => result.candidates.find((one) => one.name === name)!);
    expect(base.scores).toHaveLength(2);
    expect(base.tried.length).toBeGreaterThanOrEqual(2);
    expect(wider.params).toBeGreaterThan(base.params);
    // Equal training FLOPs, but for the rounding to whole steps.
    expect(Math.abs(wider.trainingFlops / base.trainingFlops - 1)).toBeLessThan(1 / 20);
    for (const name of ['report.html', 'figures/candidates.svg', 'figures/candidates.png', 'figures/front.png'])
      expect(existsSync(join(output, name)), name).toBe(true);
    const text = isoflop('study', 'run', file);
    expect(text.code).toBe(0);
    expect(
      text.stdout
        .split('\n')
        .filter((line) => !line.startsWith('Report: '))
        .flatMap(tooWide),
    ).toEqual([]);
  });
});
