export type { AnalysisDocument } from './analysis.ts';
export type { DiffDocument } from './diff.ts';
export { DOCUMENTS, documentId, documentOf, publishedSchema } from './documents.ts';
export type { PublishedDocument } from './documents.ts';
