import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IsoflopError } from '../../terms/errors.ts';
import { readModel } from '../index.ts';

const open = (): ReturnType<typeof readModel> =>
  readModel(
    readFileSync(join(import.meta.dirname, '../../../../test/golden/models/keras/shared-between.keras')),
    'shared-between',
  );

it('layers that several models share have their weights at the first one', () => {
  const weights = open()
    .lower()
    .parameters.map(({ parameter }) => parameter.name)
    .filter((name) => name.endsWith('kernel'));
  expect(weights).toEqual([
    'left/tied/kernel',
    'left/inner/deep/kernel',
    'left/left_out/kernel',
    'right/right_out/kernel',
  ]);
});

it('a file with such layers is not scaled, since no JSON of Keras can say that they are one', () => {
  const scale = (): unknown => open().apply([{ kind: 'axis', tensor: 'left/tied/kernel', axis: 1, size: 24 }]);
  expect(scale).toThrow(IsoflopError);
  expect(scale).toThrow('several models of the file share this layer');
});
