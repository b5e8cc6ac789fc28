import type { Preset } from './preset.ts';

/** Multi-layer perceptrons that people meet first. */
export const MLP_PRESETS: readonly Preset[] = [
  {
    name: 'mlp-20-64-128-64-1',
    group: 'MLP',
    spec: { family: 'mlp', inputs: 20, hidden: [64, 128, 64], outputs: 1, activation: 'relu', loss: 'mse' },
    source: 'Keras Sequential of Dense 64, 128, 64 and 1 on 20 features',
    note: 'Keras says 17,985 parameters, and 53,957 once fitted with Adam: it adds the moments and the step of the optimiser.',
  },
];
