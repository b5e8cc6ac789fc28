import { z } from 'zod';

/** `manifest.json` of a tokenised text data set. Token files are little-endian unsigned 16-bit. */
export const datasetManifestSchema = z.strictObject({
  schema: z.literal('isoflop.dataset/1'),
  vocabulary: z.int().min(2).describe('Number of different tokens, at most 65,536.'),
  tokenizer: z.enum(['bytes', 'bpe']),
  documents: z.int().describe('Documents kept.'),
  duplicates: z.int().describe('Documents left out because an identical one was kept.'),
  bytes: z.int().describe('Bytes of the kept documents.'),
  trainTokens: z.int(),
  validationTokens: z.int(),
  bytesPerToken: z.number().describe('Held-out bytes a token, to turn nats/token into bits/byte.'),
  unigramLoss: z.number().describe('Held-out nats a token of knowing only how frequent each token is.'),
  split: z.enum(['by-document', 'contiguous']).describe('contiguous when there is a single file.'),
  fingerprint: z.string().describe("SHA-256 over the options and every file's content hash."),
});

export type DatasetManifest = z.infer<typeof datasetManifestSchema>;
