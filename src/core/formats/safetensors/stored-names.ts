/** A tensor of a file: what a header says of it. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Values in it. */
  readonly elements: number;
}

/** A name that a stored tensor may have in our models, and how many of its values belong to it. */
export interface StoredName {
  readonly name: string;
  readonly elements: number;
}

/** Names of releases before transformers 5, and those that it uses now. Each is a whole part of a name. */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^embed_out\./, 'lm_head.'],
  [/\.block_sparse_moe\./, '.mlp.'],
  [/\.w1\./, '.gate_proj.'],
  [/\.w2\./, '.down_proj.'],
  [/\.w3\./, '.up_proj.'],
  [/\.gamma$/, '.weight'],
  [/\.beta$/, '.bias'],
];

/** ViT as releases before transformers 5 named it; BERT bears some of these names to this day. */
const RENAMED_VIT: readonly (readonly [RegExp, string])[] = [
  [/\bencoder\.layer\./, 'layers.'],
  [/\.attention\.attention\.(query|key|value)\./, '.attention.$1.'],
  [/\.attention\.query\./, '.attention.q_proj.'],
  [/\.attention\.key\./, '.attention.k_proj.'],
  [/\.attention\.value\./, '.attention.v_proj.'],
  [/\.attention\.output\.dense\./, '.attention.o_proj.'],
  [/\.intermediate\.dense\./, '.mlp.fc1.'],
  [/\.output\.dense\./, '.mlp.fc2.'],
];

/** Bodies stand under one of these where a head stands beside them; some files leave it out or add it. */
const PREFIXES = ['model.', 'transformer.', 'gpt_neox.', 'bert.', 'vit.'];

const renamed = (name: string, rules: readonly (readonly [RegExp, string])[]): string =>
  rules.reduce((text, [from, to]) => text.replace(from, to), name);

/** Every name that a stored tensor may have in our models. A fused stack of gates and inner layers has two. */
export function storedNames({ name, elements }: NamedTensor): StoredName[] {
  const now = renamed(name, RENAMED).replace(/\.experts\.\d+\./, '.experts.*.');
  const fused = /^(.*\.experts)\.(gate_up_proj|down_proj)$/.exec(now);
  if (!fused) return spelled(now).map((spelling) => ({ name: spelling, elements }));
  const parts = fused[2] === 'down_proj' ? ['down_proj'] : ['gate_proj', 'up_proj'];
  return parts.flatMap((part) =>
    spelled(`${fused[1]}.*.${part}.weight`).map((spelling) => ({ name: spelling, elements: elements / parts.length })),
  );
}

/** With and without the prefix of a body, in today's names and the older ones of ViT. */
function spelled(name: string): string[] {
  const own = PREFIXES.find((prefix) => name.startsWith(prefix));
  const bare = own === undefined ? name : name.slice(own.length);
  const spellings = [name, bare, ...PREFIXES.map((prefix) => prefix + bare)];
  return [...new Set([...spellings, ...spellings.map((spelling) => renamed(spelling, RENAMED_VIT))])];
}
