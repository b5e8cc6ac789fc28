import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/core/report/document.ts';
import { isoflop, readReport, startIsoflop, temporaryFolder, TINY_STUDY, writeStudy } from '../support/study.ts';

const DATA = TINY_STUDY.data;

describe('isoflop study', () => {
  it('shows the plan and stops there with --dry-run', () => {
    const study = writeStudy();
    const { code, stderr } = isoflop('study', 'run', study.file, '--dry-run');
    expect(code).toBe(0);
    expect(stderr).toMatch(/6 runs, .* FLOPs, about .* with/);
    expect(existsSync(join(study.output, 'isoflop.db'))).toBe(false);
  });

  it('runs the whole job: ladder, law, frozen prediction, hero, report', () => {
    const study = writeStudy();
    const { code, stdout, stderr } = isoflop('study', 'run', study.file);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Predicted .* nats\/token/);
    expect(stdout).toMatch(/Actual .* error/);
    const report = readReport(study.output);
    expect(outcomeOf(report)).not.toBeNull();
    expect(report.prediction!.reach).toBeGreaterThanOrEqual(2);
    for (const file of ['report.html', 'prediction.json', 'figures/frontier.png']) {
      expect(existsSync(join(study.output, file)), file).toBe(true);
    }
    const frozen = JSON.parse(readFileSync(join(study.output, 'prediction.json'), 'utf8')) as { fitHash: string };
    expect(frozen.fitHash).toBe(report.prediction!.fitHash);

    // Again: nothing is trained twice, nothing changes.
    const again = isoflop('study', 'run', study.file, '--json');
    expect(again.code).toBe(0);
    const second = JSON.parse(again.stdout) as typeof report;
    expect(second.ladder).toEqual(report.ladder);
    expect(second.prediction).toEqual(report.prediction);
    expect(isoflop('study', 'status', study.file).stdout).toMatch(/6 of 6 known runs done; not running/);

    // Without its store: the trials' folders are the truth, and the prediction stays what it was.
    for (const name of ['isoflop.db', 'isoflop.db-wal', 'isoflop.db-shm'])
      rmSync(join(study.output, name), { force: true });
    const rebuilt = JSON.parse(isoflop('study', 'run', study.file, '--json').stdout) as typeof report;
    expect(rebuilt.ladder).toEqual(report.ladder);
    expect(rebuilt.hero).toEqual(report.hero);
    expect(rebuilt.prediction).toEqual(report.prediction);
  });

  it('takes a single text file by changing one line', () => {
    const file = join(temporaryFolder('text'), 'one file.txt');
    writeFileSync(file, readFileSync(join(DATA.paths[0], 'fs.d.ts')));
    const study = writeStudy({ data: { ...DATA, paths: [file] }, hero: false });
    const { code, stderr } = isoflop('study', 'run', study.file);
    expect(code, stderr).toBe(0);
    const { methods, ladder } = readReport(study.output);
    expect(methods.find(([name]) => name === 'Tokens')?.[1]).toContain('split contiguous');
    expect(ladder.every(({ state }) => state === 'done')).toBe(true);
  });

  it('marks runs that learn nothing, keeps them out of the fit, and still ends', () => {
    const study = writeStudy({ recipe: { ...TINY_STUDY.recipe, learningRate: 2 } });
    const { code, stdout } = isoflop('study', 'run', study.file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/No prediction: .* sizes on the path/);
    for (const { state, excluded } of readReport(study.output).ladder) {
      expect(['diverged', 'stuck']).toContain(state);
      expect(excluded).toMatch(/^(diverged|stuck): /);
    }
  });

  it('passes over a learning rate that diverges while tuning, visibly', () => {
    const study = writeStudy({ tune: { learningRate: [1, 100], batchTokens: [256] } });
    const { code, stderr } = isoflop('study', 'run', study.file);
    expect(code, stderr).toBe(0);
    const { tuning, chosen } = readReport(study.output);
    expect(tuning.find(({ learningRate }) => learningRate === 2)?.excluded).toMatch(/^(diverged|stuck): /);
    expect(chosen.learningRate).toBeLessThan(0.1);
  });

  it('refuses a second driver, answers status meanwhile, and stops cleanly', async () => {
    const study = writeStudy({ ladder: { path: { sizes: [16, 20, 24, 28], tokensPerParameter: 200 } } });
    const driver = startIsoflop('study', 'run', study.file);
    while (!existsSync(join(study.output, 'trials'))) await sleep(50);
    await sleep(1500);
    const second = isoflop('study', 'run', study.file);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/is being driven already, by process \d+/);
    expect(isoflop('study', 'status', study.file).stdout).toContain(`driven by process ${driver.pid}`);
    expect(isoflop('study', 'stop', study.file).code).toBe(0);
    while (driver.exitCode === null) await sleep(50);
    expect(driver.exitCode).toBe(3);
    const { trials } = JSON.parse(isoflop('study', 'status', study.file, '--json').stdout) as {
      trials: { step: number }[];
    };
    expect(trials.some(({ step }) => step > 0)).toBe(true);
  });

  it('refuses a folder that holds another study', () => {
    const study = writeStudy({ hero: false });
    expect(isoflop('study', 'run', study.file).code).toBe(0);
    writeFileSync(study.file, readFileSync(study.file, 'utf8').concat('\nseed: 5\n'));
    const { code, stderr } = isoflop('study', 'run', study.file);
    expect(code).toBe(2);
    expect(stderr).toContain('holds the results of another study');
  });

  it('starts from the file that init writes', () => {
    const folder = temporaryFolder('init');
    const file = join(folder, 'study.yaml');
    expect(isoflop('study', 'init', file).code).toBe(0);
    mkdirSync(join(folder, 'text'));
    const { code, stderr } = isoflop('study', 'run', file, '--dry-run');
    expect(code).toBe(2);
    expect(stderr).toContain('holds or matches no file');
  });
});
