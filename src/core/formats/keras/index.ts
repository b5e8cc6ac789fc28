export { kerasModel } from './model.ts';
