/** Words that begin the name of a block: `conv2_block1`, `stage_3_block_0`, `encoder_layer_2`. */
const BLOCK =
  /^.*?(?:block|stage|layer|encoder|decoder|level|cell|unit|group)s?_?\d+[a-z]?(?=_)(?:_(?:block|layer|level|cell|unit)s?_?\d+[a-z]?(?=_))*/i;
const COUNTED = /^.*?\d+[a-z]?(?=_)/i;
/** Keras' own names count nothing there: `conv2d_7`, `max_pooling1d_2`, `conv3d_transpose`. */
const DIMENSIONS = /(?:conv|pooling|padding|cropping|sampling|dropout|lstm)(?:[123]d)$/i;

/**
 * The block of every layer by its name: `conv2_block1` of `conv2_block1_1_conv`. Else the shortest prefix that ends in a
 * number and that two layers share: `down1` of `down1_conv1`. Inside of a nested model the model's path comes first.
 */
export function blocksOf(names: readonly string[], prefix: string): Map<string, string> {
  const shared = new Map<string, number>();
  const counted = (name: string): string => {
    const [found] = COUNTED.exec(name) ?? [''];
    return DIMENSIONS.test(found) ? '' : found;
  };
  const candidates = names.map((name) => BLOCK.exec(name)?.[0] ?? counted(name));
  for (const candidate of candidates) shared.set(candidate, (shared.get(candidate) ?? 0) + 1);
  return new Map(
    names.map((name, index): [string, string] => {
      const own = shared.get(candidates[index])! > 1 ? candidates[index] : '';
      return [name, [prefix, own].filter((part) => part !== '').join('/')];
    }),
  );
}
