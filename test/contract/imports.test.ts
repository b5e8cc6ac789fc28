import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkImports } from '../../tools/check-imports.ts';
import { ROOT, temporaryFolder } from '../support/study.ts';

function planted(file: string, text: string): string[] {
  const folder = join(temporaryFolder('imports'), 'src');
  cpSync(join(ROOT, 'src'), folder, { recursive: true });
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
  return checkImports(folder);
}

describe('the map of rooms', () => {
  it('holds', () => {
    expect(checkImports(join(ROOT, 'src'))).toEqual([]);
  });

  it.each([
    [
      'an upward import',
      'core/math/planted.ts',
      "import { lawById } from '../laws/index.ts';\nexport const x = lawById;\n",
      "'core/math' may not import from 'core/laws'",
    ],
    [
      'io that imports the engine',
      'io/files/planted.ts',
      "export { train } from '../../engine/train.ts';\n",
      "'io' may not import from 'engine'",
    ],
    [
      'Node inside core',
      'core/laws/planted.ts',
      "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n",
      "core may not import 'node:fs'",
    ],
    [
      'a package inside core',
      'core/laws/planted.ts',
      "import { parse } from 'csv-parse';\nexport const x = parse;\n",
      "core may not import 'csv-parse'",
    ],
    [
      'a room that is not on the map',
      'core/magic/planted.ts',
      "import { log } from '../math/elementary.ts';\nexport const x = log;\n",
      "'core/magic' is not on the map",
    ],
    [
      'a cycle',
      'core/math/normal.ts',
      "import { Random } from './random.ts';\nexport const normalQuantile = (): Random => new Random(1);\n",
      'cycle: ',
    ],
  ])('refuses %s', (_, file, text, fault) => {
    expect(planted(file, text).join('\n')).toContain(fault);
  });
});
