import { Emitter } from '../program/emitter.ts';
import { encodeModel } from '../program/onnx.ts';
import { RuntimeSession } from './runtime-session.ts';

/** Fewest channels that onnxruntime reorders. */
const CHANNELS = 4;
const FLOAT = 1;

let found: Promise<number | undefined> | undefined;

/** Channels in a block of onnxruntime's blocked images on this machine, 16 with AVX-512; undefined where it has none. */
export function channelBlock(): Promise<number | undefined> {
  found ??= probe();
  return found;
}

/** A few channels, reordered, fill one block. */
async function probe(): Promise<number | undefined> {
  const e = new Emitter();
  e.raw({ type: 'ReorderInput', domain: 'com.microsoft.nchwc', inputs: ['x'], outputs: ['blocked'] });
  e.node('Cast', [e.node('Shape', ['blocked'])], { integers: { to: FLOAT } }, 'shape');
  const x = { name: 'x', shape: [1, CHANNELS, 1, 1], dtype: 'float32', values: new Float32Array(CHANNELS) } as const;
  const shape = { name: 'shape', shape: [4], dtype: 'float32', values: new Float32Array(4) } as const;
  const program = encodeModel({ name: 'probe', nodes: e.nodes, initializers: [], inputs: [x], outputs: [shape] });
  let session: RuntimeSession | undefined;
  try {
    session = await RuntimeSession.create(program, 1, [x], [shape]);
    await session.run();
    return shape.values[1];
  } catch {
    // The operators are there for processors with vectors of their own kernels only.
    return undefined;
  } finally {
    session?.release();
  }
}
