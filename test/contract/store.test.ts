import { execFile, spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../src/core/schema/trial.ts';
import { writeAtomically } from '../../src/io/files/atomic.ts';
import { MetricsTail } from '../../src/io/store/ingest.ts';
import { acquireStudyLock, currentDriver } from '../../src/io/store/lock.ts';
import { Store } from '../../src/io/store/store.ts';
import { ROOT, temporaryFolder } from '../support/study.ts';

/** A store of every version that was released, with the same records. */
const HISTORY = join(ROOT, 'test/store-history');

const point = (step: number, loss: number, extra: Partial<Measurement> = {}): Measurement => ({
  step,
  tokens: step * 512,
  split: 'train',
  loss,
  ...extra,
});

describe('the store', () => {
  it('keeps trials, measurements and documents, and the same measurement once', () => {
    const folder = temporaryFolder('store');
    const store = Store.open(folder);
    store.putTrial({ id: 'a', role: 'path', state: 'running', plan: { steps: 2 }, reason: null });
    store.addMeasurements('a', 1, [point(1, 3), point(2, 2)]);
    store.addMeasurements('a', 1, [point(2, 2)]);
    store.addMeasurements('a', 2, [point(2, 1.5), point(2, 1.7, { split: 'validation', lossError: 0.1, final: true })]);
    store.addMeasurements('a', 1, [point(2, 9)]);
    store.putTrial({ id: 'a', role: 'path', state: 'done', plan: { steps: 2 }, reason: null });
    store.putDocument('law', { E: 1 });
    store.close();

    const again = Store.openExisting(folder);
    expect(again.trials()).toEqual([{ id: 'a', role: 'path', state: 'done', plan: { steps: 2 }, reason: null }]);
    expect(again.curve('a').map(({ step, split, loss }) => [step, split, loss])).toEqual([
      [1, 'train', 3],
      [2, 'train', 1.5],
      [2, 'validation', 1.7],
    ]);
    expect(again.finals().get('a')).toMatchObject({ loss: 1.7, lossError: 0.1, final: true });
    expect(again.document('law')).toEqual({ E: 1 });
    again.close();
  });

  it('brings a store of an older version up to this one, with all that it holds', () => {
    for (const file of readdirSync(HISTORY)) {
      const folder = temporaryFolder('old-store');
      cpSync(join(HISTORY, file), join(folder, 'isoflop.db'));
      const store = Store.openExisting(folder);
      expect(store.trials()).toEqual([{ id: 'a', role: 'path', state: 'done', plan: { steps: 2 }, reason: null }]);
      expect(store.curve('a').map(({ step, seen, metrics }) => [step, seen, metrics])).toEqual([
        [1, 512, {}],
        [2, 1024, {}],
      ]);
      store.addMeasurements('a', 2, [
        { step: 3, samples: 64, split: 'validation', loss: 1, accuracy: 0.5, final: true },
      ]);
      expect(store.finals().get('a')).toMatchObject({ seen: 64, metrics: { accuracy: 0.5 } });
      store.close();
    }
  });

  it('has everything that it acknowledged before a kill -9', async () => {
    const folder = temporaryFolder('crash');
    const script = `
      const { Store } = await import(${JSON.stringify(join(ROOT, 'src/io/store/store.ts'))});
      const store = Store.open(process.argv[1]);
      for (let step = 1; ; step++) {
        store.addMeasurements('a', 1, [{ step, tokens: step, split: 'train', loss: 1 / step }]);
        process.stdout.write(step + '\\n');
      }`;
    const writer = spawn(process.execPath, ['--input-type=module', '-e', script, folder]);
    let printed = '';
    writer.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    while (printed.length < 500) await sleep(10);
    writer.kill('SIGKILL');
    await new Promise((resolve) => writer.on('close', resolve));
    const acknowledged = Number(printed.trim().split('\n').at(-1));
    const store = Store.openExisting(folder);
    const curve = store.curve('a');
    expect(curve.length).toBeGreaterThanOrEqual(acknowledged);
    expect(curve.every(({ step, loss }) => loss === 1 / step)).toBe(true);
    store.close();
  });

  it('says what to do where no study was run', () => {
    expect(() => Store.openExisting(temporaryFolder('empty'))).toThrow('no study has been run');
  });
});

describe('MetricsTail', () => {
  it('reads whole lines as they come, leaves a torn one, and counts what is no measurement', () => {
    const folder = temporaryFolder('metrics');
    const file = join(folder, 'metrics.jsonl');
    const tail = new MetricsTail(folder);
    expect(tail.read()).toEqual([]);
    const line = JSON.stringify(point(1, 2));
    writeFileSync(file, `${line}\n${line.slice(0, 10)}`);
    expect(tail.read()).toHaveLength(1);
    appendFileSync(file, `${line.slice(10)}\nno json\n{"step":-1}\n`);
    expect(tail.read()).toHaveLength(1);
    expect(tail.refused).toBe(2);
    expect(tail.read()).toEqual([]);
  });
});

describe('the study lock', () => {
  it('lets one driver in, names it to others, and is free again when it is released', async () => {
    const folder = temporaryFolder('lock');
    const lock = acquireStudyLock(folder);
    const script = `
      const { acquireStudyLock } = await import(${JSON.stringify(join(ROOT, 'src/io/store/lock.ts'))});
      try { acquireStudyLock(process.argv[1]); console.log('got it'); } catch (error) { console.log(error.message); }`;
    const other = async (): Promise<string> =>
      (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, folder])).stdout;
    expect(await other()).toMatch(new RegExp(`driven already, by process ${process.pid} on`));
    lock.release();
    expect(await other()).toBe('got it\n');
    expect(currentDriver(folder)).toBeUndefined();
  });
});

describe('writeAtomically', () => {
  it('leaves the old content where the new cannot be written', () => {
    const folder = temporaryFolder('atomic');
    const file = join(folder, 'file');
    writeAtomically(file, 'old');
    writeAtomically(file, 'new');
    mkdirSync(join(folder, 'taken'));
    expect(() => writeAtomically(join(folder, 'taken'), 'x')).toThrow(/writing/);
  });
});
