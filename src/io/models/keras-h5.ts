import { fork } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { H5Answer } from './keras-h5-process.ts';
import type { KerasH5Texts } from './keras-h5-texts.ts';

/** HDF5's own library may loop on a damaged file; a whole one is read in some milliseconds. */
const MOST_MILLISECONDS = 10_000;
/** Its start is not the file's fault: 0.3 s, on a busy machine more. */
const MOST_START_MILLISECONDS = 30_000;

const PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? 'keras-h5-process.ts' : 'keras-h5-process.js', import.meta.url),
);

const SAVE_AGAIN = 'Save it again with Keras 3: keras.saving.load_model(path).save("model.keras").';

/**
 * The JSON texts in the attributes of a Keras 2 file (HDF5); weights are not read. HDF5's own library reads them, in a process of
 * its own that is ended when it takes too long: a damaged file can bring down the whole process, threads included.
 */
export function readKerasH5(path: string): Promise<KerasH5Texts> {
  const refusal = (message: string): IsoflopError =>
    new IsoflopError('invalid-input', message, { path: basename(path), hint: SAVE_AGAIN });
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [path], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
      child.kill('SIGKILL');
    };
    const fail = (message: string) => (): void => end(() => reject(refusal(message)));
    let timer = setTimeout(fail('the reader of HDF5 did not start'), MOST_START_MILLISECONDS);
    child.on('message', (answer: H5Answer) => {
      if ('model' in answer) end(() => resolve(answer));
      else if ('fault' in answer) fail(answer.fault)();
      else {
        clearTimeout(timer);
        timer = setTimeout(fail(`HDF5 did not finish within ${MOST_MILLISECONDS} ms`), MOST_MILLISECONDS);
      }
    });
    child.once('error', (error) => fail(`the reader of HDF5 cannot be started: ${error.message}`)());
    child.once('close', () => fail('HDF5 fails on this file; it is damaged')());
  });
}
