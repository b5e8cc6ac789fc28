import { fuzzEach } from '../support/fuzz/suite.ts';
import { FUZZED_READERS, isWhole } from '../support/fuzz/readers.ts';

// From bytes to costs a file takes some hundred times as long; `npm run soak` reads 10,000 of each.
fuzzEach(FUZZED_READERS.filter(isWhole), 250);
