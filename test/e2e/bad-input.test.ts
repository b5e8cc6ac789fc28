import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { isoflop, temporaryFolder, TINY_STUDY, writeStudy } from '../support/study.ts';

const { data, model, recipe } = TINY_STUDY;

function textFolder(files: Record<string, string>): string {
  const folder = temporaryFolder('text');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const withText = (files: Record<string, string>) => () => ({ data: { ...data, paths: [textFolder(files)] } });

/** What is wrong with the study, and what the sentence must hold: the fault, then the remedy. */
const CASES: Record<string, [changes: () => Record<string, unknown>, fault: RegExp, remedy: RegExp]> = {
  'an unknown key': [() => ({ modle: {} }), /study\.yaml:\d+:\d+: modle: unknown key/, /Known keys here: .*model/],
  'a wrong type': [() => ({ seeds: 'many' }), /study\.yaml:\d+:\d+: seeds: .*number.*, got "many"/, /study schema/],
  'a missing folder': [
    () => ({ data: { ...data, paths: ['nowhere'] } }),
    /no file or folder at 'nowhere'/,
    /relative to the study file/,
  ],
  'an empty corpus': [withText({ 'empty.txt': '' }), /the corpus is empty: 1 file empty/, /hold UTF-8 text/],
  'a corpus without text': [withText({ 'a.bin': '\0\0' }), /the corpus is empty: 1 file binary/, /hold UTF-8 text/],
  'a corpus smaller than one batch': [
    withText({ 'a.txt': 'a few words only', 'b.txt': 'and a few more' }),
    /the training part has \d+ tokens; at least \d+ are needed/,
    /times as much text/,
  ],
  'a budget that no model can meet': [
    () => ({ ladder: { isoflop: { budgets: [1e6], sizes: [8, 16] } } }),
    /would train for \d+ steps/,
    /Raise the budget/,
  ],
  'a plan above its budget': [
    () => ({ budget: { flops: 1e6 } }),
    /the plan costs .* FLOPs; the budget is/,
    /raise the budget/,
  ],
  'a plan above its minutes': [
    () => ({ budget: { minutes: 1e-6 } }),
    /the plan takes about .* minutes/,
    /raise the budget/,
  ],
  'a head count that does not divide the width': [
    () => ({ model: { ...model, heads: 3 } }),
    /3 heads do not divide the width 8/,
    /Take a width of 6 or 9, or heads among 1, 2, 4, 8/,
  ],
  'a batch that is no whole number of windows': [
    () => ({ recipe: { ...recipe, batchTokens: 250 } }),
    /250 tokens is not a whole number of windows of 32/,
    /Take 256 tokens/,
  ],
  'a ladder without runs': [
    () => ({ ladder: {} }),
    /a ladder needs at least one of path, isoflop or runs/,
    /study schema/,
  ],
};

describe('bad input ends with a sentence, its remedy, and exit code 2', () => {
  for (const [name, [changes, fault, remedy]] of Object.entries(CASES)) {
    it(name, () => {
      const { code, stderr } = isoflop('study', 'run', writeStudy(changes()).file);
      expect(stderr).toMatch(fault);
      expect(stderr).toMatch(remedy);
      expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
      expect(code).toBe(2);
    });
  }

  it('a missing study file, a broken one, and an unknown option', () => {
    expect(isoflop('study', 'run', 'nowhere.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('study init'),
    });
    const { file } = writeStudy();
    writeFileSync(file, 'name: [unclosed');
    expect(isoflop('study', 'run', file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/study\.yaml:1:\d+/),
    });
    expect(isoflop('study', 'run', file, '--fast').code).toBe(2);
  });

  it('an output folder that a file blocks', () => {
    const study = writeStudy();
    writeFileSync(study.output, 'in the way');
    const { code, stderr } = isoflop('study', 'run', study.file);
    expect(stderr).toMatch(/a file stands where the folder .* should be/);
    expect(code).toBe(2);
  });

  it('an unwritable output folder', (context) => {
    const study = writeStudy({ output: 'locked/results' });
    const parent = join(study.folder, 'locked');
    mkdirSync(parent);
    // Root may write anywhere, so as root only a read-only mount is unwritable.
    const isRoot = process.getuid?.() === 0;
    if (isRoot && !mountReadOnly(parent)) context.skip('this machine cannot mount a read-only folder');
    if (!isRoot) chmodSync(parent, 0o500);
    try {
      const { code, stderr } = isoflop('study', 'run', study.file);
      expect(stderr).toMatch(/no permission for .*(EACCES|EROFS)/);
      expect(stderr).toContain('choose another folder');
      expect(code).toBe(2);
    } finally {
      if (isRoot) execFileSync('umount', ['--lazy', parent]);
    }
  });

  it('a full disk, and goes on once there is room', (context) => {
    const study = writeStudy();
    mkdirSync(study.output);
    if (!mountTiny(study.output, '3m')) context.skip('this machine cannot mount a small disk');
    try {
      const { code, stderr } = isoflop('study', 'run', study.file);
      expect(stderr).toMatch(/no room left on the disk/);
      expect(stderr).toContain('Free some space');
      expect(code).toBe(2);
      execFileSync('mount', ['-o', 'remount,size=64m', study.output]);
      const again = isoflop('study', 'run', study.file);
      expect(again.code, again.stderr).toBe(0);
      expect(existsSync(join(study.output, 'report.html'))).toBe(true);
    } finally {
      execFileSync('umount', ['--lazy', study.output]);
    }
  });

  it('a store of a newer version', () => {
    const study = writeStudy({ hero: false });
    expect(isoflop('study', 'run', study.file).code).toBe(0);
    const store = new DatabaseSync(join(study.output, 'isoflop.db'));
    store.exec('PRAGMA user_version = 99');
    store.close();
    const { code, stderr } = isoflop('study', 'run', study.file);
    expect(stderr).toMatch(/written by a newer isoflop \(version 99/);
    expect(stderr).toContain('Update isoflop');
    expect(code).toBe(2);
  });
});

function mount(...args: string[]): boolean {
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const mountReadOnly = (folder: string): boolean => mount('-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', folder);
const mountTiny = (folder: string, size: string): boolean =>
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
