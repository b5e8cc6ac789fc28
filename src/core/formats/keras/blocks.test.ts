import { expect, it } from 'vitest';
import { blocksOf } from './blocks.ts';

const blocks = (...names: string[]): string[] => [...blocksOf(names, '').values()];

it('takes blocks from names that count them, and not from the dimensions in the names of classes', () => {
  expect(blocks('conv2_block1_1_conv', 'conv2_block1_1_bn', 'head')).toEqual(['conv2_block1', 'conv2_block1', '']);
  expect(blocks('down1_conv1', 'down1_conv2', 'down2_conv1')).toEqual(['down1', 'down1', '']);
  expect(blocks('conv2d', 'conv2d_1', 'conv2d_2', 'max_pooling2d_1', 'max_pooling2d_2')).toEqual(['', '', '', '', '']);
  expect(blocks('separable_conv1d_1', 'separable_conv1d_2', 'conv3d_transpose', 'conv3d_transpose_1')).toEqual([
    '',
    '',
    '',
    '',
  ]);
});
