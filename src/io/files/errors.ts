import { IsoflopError } from '../../core/terms/errors.ts';

/** Turns what the file system answered into a sentence with a remedy; `what` says what was being done. */
export function fileError(cause: unknown, what: string, path: string): IsoflopError {
  if (cause instanceof IsoflopError) return cause;
  const { code = 'unknown', message } = cause as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return new IsoflopError('missing', `${what}: '${path}' does not exist`, { hint: 'Check the path.', cause });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new IsoflopError('unavailable', `${what}: no permission for '${path}' (${code})`, {
        hint: 'Change its permissions, or choose another folder with `output:`.',
        cause,
      });
    case 'EISDIR':
      return new IsoflopError('invalid-input', `${what}: '${path}' is a folder, not a file`, {
        hint: 'Name the file inside it.',
        cause,
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new IsoflopError('invalid-input', `${what}: a file stands where the folder '${path}' should be`, {
        hint: 'Move the file away, or choose another folder.',
        cause,
      });
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new IsoflopError('unavailable', `${what}: no room left on the disk of '${path}' (${code})`, {
        hint: 'Free some space, then continue with `isoflop study resume`.',
        cause,
      });
    default:
      return new IsoflopError('unavailable', `${what}: '${path}': ${message}`, { cause });
  }
}
