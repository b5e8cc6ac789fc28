export { readModel } from './model-of-document.ts';
export { confirmCount } from './safetensors/confirm.ts';
