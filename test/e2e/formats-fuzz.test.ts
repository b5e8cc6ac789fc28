import { fuzzEach } from '../support/fuzz/suite.ts';
import { FUZZED_READERS, isWhole } from '../support/fuzz/readers.ts';

fuzzEach(
  FUZZED_READERS.filter((reader) => !isWhole(reader)),
  1000,
);
