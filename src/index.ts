/** The whole of isoflop for programs; each part also has a door of its own, such as `isoflop/laws`. */
export * from './core/analysis/index.ts';
export * from './core/formats/index.ts';
export * from './core/laws/index.ts';
export { parseLaw } from './core/laws/law-document.ts';
export * from './core/model/index.ts';
export * from './core/plan/index.ts';
export * from './core/scaling/index.ts';
export * from './core/schema/index.ts';
export { IsoflopError } from './core/terms/errors.ts';
