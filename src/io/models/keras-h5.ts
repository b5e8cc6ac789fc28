import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { KerasH5Texts } from './keras-h5-texts.ts';
import type { H5Answer } from './keras-h5-thread.ts';

/** HDF5's own library may loop on a damaged file; a whole one is read in some milliseconds. */
const MOST_MILLISECONDS = 1000;
/** Its start is not the file's fault: about 100 ms, on a busy machine more. */
const MOST_START_MILLISECONDS = 30_000;

const THREAD = new URL(import.meta.url.endsWith('.ts') ? 'keras-h5-thread.ts' : 'keras-h5-thread.js', import.meta.url);

const SAVE_AGAIN = 'Save it again with Keras 3: keras.saving.load_model(path).save("model.keras").';

/**
 * The JSON texts in the attributes of a Keras 2 file (HDF5); weights are not read. HDF5's own library reads it, in a thread of its own that is
 * ended when it takes too long or fails.
 */
export function readKerasH5(path: string): Promise<KerasH5Texts> {
  const refusal = (message: string): IsoflopError =>
    new IsoflopError('invalid-input', message, { path: basename(path), hint: SAVE_AGAIN });
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData: path, execArgv: [], stdout: true, stderr: true });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
      void thread.terminate();
    };
    const fail = (message: string) => (): void => end(() => reject(refusal(message)));
    let timer = setTimeout(fail('the reader of HDF5 did not start'), MOST_START_MILLISECONDS);
    thread.on('message', (answer: H5Answer) => {
      if ('model' in answer) end(() => resolve(answer));
      else if ('fault' in answer) fail(answer.fault)();
      else {
        clearTimeout(timer);
        timer = setTimeout(fail(`HDF5 did not finish within ${MOST_MILLISECONDS} ms`), MOST_MILLISECONDS);
      }
    });
    thread.once('error', (error) => fail(`HDF5 cannot read it: ${error.message}`)());
    thread.once('exit', (code) => fail(`HDF5 ended with code ${code}`)());
  });
}
