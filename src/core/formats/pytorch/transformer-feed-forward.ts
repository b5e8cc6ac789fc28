import type { ExpertsSpec, TransformerSpec } from '../../model/transformer/schema.ts';
import { ACTIVATION_CALLS, bool, moduleText } from './python-text.ts';

/** The class `FeedForward`, of any hidden width. */
export function feedForwardClass({ feedForward: { activation, gated, bias } }: TransformerSpec): string[] {
  const act = ACTIVATION_CALLS[activation];
  const fields = [
    ...(gated ? [`self.gate = nn.Linear(WIDTH, hidden, bias=${bool(bias)})`] : []),
    `self.up = nn.Linear(WIDTH, hidden, bias=${bool(bias)})`,
    `self.down = nn.Linear(hidden, WIDTH, bias=${bool(bias)})`,
  ];
  const inner = gated ? `${act('self.gate(x)')} * self.up(x)` : act('self.up(x)');
  const doc = gated ? 'Gated feed-forward part (Shazeer 2020).' : 'Feed-forward part.';
  return moduleText('FeedForward', doc, 'hidden', fields, [`return self.down(${inner})`]);
}

export const expertConstants = ({ routed, active, hidden, shared }: ExpertsSpec): Record<string, number> => ({
  EXPERTS: routed,
  ACTIVE: active,
  EXPERT_HIDDEN: hidden,
  ...(shared > 0 ? { SHARED_HIDDEN: shared } : {}),
});

/** The class `Experts`: a router, stacks of experts, and the shared one. */
export function expertsClass({ feedForward: { activation, gated } }: TransformerSpec, experts: ExpertsSpec): string[] {
  const act = ACTIVATION_CALLS[activation];
  const stack = (inputs: string, outputs: string): string =>
    `nn.Parameter(torch.randn(EXPERTS, ${inputs}, ${outputs}) * ${inputs} ** -0.5)`;
  const fields = [
    'self.router = nn.Linear(WIDTH, EXPERTS, bias=False)',
    ...(experts.routerBias ? ['self.register_buffer("balance", torch.zeros(EXPERTS))'] : []),
    ...(gated ? [`self.gate = ${stack('WIDTH', 'EXPERT_HIDDEN')}`] : []),
    `self.up = ${stack('WIDTH', 'EXPERT_HIDDEN')}`,
    `self.down = ${stack('EXPERT_HIDDEN', 'WIDTH')}`,
    ...(experts.shared > 0 ? ['self.shared = FeedForward(SHARED_HIDDEN)'] : []),
    ...(experts.sharedGate ? ['self.shared_gate = nn.Linear(WIDTH, 1, bias=False)'] : []),
  ];
  const up = 'rows @ self.up[expert]';
  const forward = [
    'flat = x.reshape(-1, WIDTH)',
    ...(experts.routerBias
      ? [
          'scores = self.router(flat).sigmoid()',
          'chosen = (scores + self.balance).topk(ACTIVE).indices',
          'weights = scores.gather(1, chosen)',
        ]
      : ['weights, chosen = self.router(flat).softmax(dim=-1).topk(ACTIVE)']),
    'weights = weights / weights.sum(dim=-1, keepdim=True)',
    'mixed = torch.zeros_like(flat)',
    'for expert in chosen.unique():',
    '    place, slot = torch.where(chosen == expert)',
    '    rows = flat[place]',
    `    inner = ${gated ? `${act('rows @ self.gate[expert]')} * (${up})` : act(up)}`,
    '    mixed = mixed.index_add(0, place, inner @ self.down[expert] * weights[place, slot, None])',
    ...sharedLines(experts),
  ];
  return moduleText('Experts', 'Mixture of experts: each token meets ACTIVE of them.', '', fields, forward);
}

function sharedLines({ shared, sharedGate }: ExpertsSpec): string[] {
  if (shared === 0) return ['return mixed.view_as(x)'];
  const fed = sharedGate ? 'self.shared(x) * self.shared_gate(x).sigmoid()' : 'self.shared(x)';
  return [`return mixed.view_as(x) + ${fed}`];
}
