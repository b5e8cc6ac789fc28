import type { H5Fault, KerasH5Texts } from './keras-h5-texts.ts';
import { readH5Texts } from './keras-h5-texts.ts';

/** What the process says: that it begins, then what it found. */
export type H5Answer = { readonly started: true } | KerasH5Texts | H5Fault;

const say = (answer: H5Answer): void => void process.send!(answer);

say({ started: true });
say(readH5Texts(process.argv[2]));
