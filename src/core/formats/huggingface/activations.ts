import type { Activation } from '../../graph/types.ts';
import type { ConfigReader } from './config-reader.ts';

/** Names in transformers (`activations.py`, `ACT2FN`) of the non-linearities that we know. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_python: 'gelu',
  quick_gelu: 'gelu',
  relu: 'relu',
  relu2: 'relu2',
  silu: 'silu',
  swish: 'silu',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  linear: 'linear',
};

/** The non-linearity that a key names. */
export function readActivation(config: ConfigReader, key: string): Activation {
  const name = config.string(key);
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  throw config.refusal(key, `no activation is called '${name}'`, `Take one of ${Object.keys(ACTIVATIONS).join(', ')}.`);
}
