import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStudy, readStudyFile } from '../../src/app/study/file.ts';
import { comparisonSchema } from '../../src/core/schema/comparison.ts';
import { trainingSchema } from '../../src/core/schema/training.ts';
import { VERSION } from '../../src/core/terms/version.ts';
import { STUDY_TEMPLATE } from '../../src/app/study/template.ts';
import { isoflop, ROOT, temporaryFolder } from '../support/study.ts';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync(['bench/*.md', 'docs/**/*.md'], { cwd: ROOT }),
];
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('documents', () => {
  it("the README's program runs and prints what it says", () => {
    const code = /```ts\n([\s\S]*?)```/.exec(read('README.md'))![1];
    const file = join(temporaryFolder('readme'), 'example.ts');
    writeFileSync(file, code.replaceAll("'isoflop'", `'${join(ROOT, 'src/index.ts')}'`));
    const printed = execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim().split('\n');
    const promised = [...code.matchAll(/console\.log\(.*\/\/ ([^:\n]+)/g)].map((match) => match[1].trim());
    expect(printed).toEqual(promised);
    expect(promised).toHaveLength(4);
  });

  it('link only to files that exist', () => {
    for (const path of DOCUMENTS) {
      for (const [, target] of read(path).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
        expect(existsSync(join(ROOT, dirname(path), target)), `${path} -> ${target}`).toBe(true);
      }
    }
  });

  it('name only scripts and commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const help = isoflop('--help').stdout + isoflop('study', '--help').stdout;
    for (const path of DOCUMENTS) {
      for (const [, script] of read(path).matchAll(/npm run ([a-z-]+)/g))
        expect(Object.keys(scripts), path).toContain(script);
      for (const [, command] of read(path).matchAll(/`isoflop (?:study )?([a-z]+)/g))
        expect(help, `${path}: ${command}`).toContain(command);
    }
  });

  it('the version stands alike in the package, the program and the citation', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(VERSION).toBe(version);
    expect(read('CITATION.cff')).toContain(`version: ${version}`);
  });

  it('the studies that we give are valid', () => {
    expect(parseStudy(STUDY_TEMPLATE, 'template').name).toBe('first');
    const quickstart = readStudyFile(join(ROOT, 'examples/quickstart/study.yaml'));
    expect(quickstart.output).toBe(join(ROOT, 'runs/quickstart'));
  });

  it('the trainings and comparisons that we give are valid', () => {
    const written = [...read('docs/training.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
    const examples = globSync('examples/*/{training,comparison}.yaml', { cwd: ROOT }).map(read);
    expect(written.length).toBeGreaterThan(3);
    expect(examples.length).toBeGreaterThan(3);
    for (const text of [...written, ...examples]) {
      const schema = text.includes('isoflop.comparison/') ? comparisonSchema : trainingSchema;
      expect(schema.safeParse(parse(text)).error, text).toBeUndefined();
    }
  });
});
