/**
 * Hidden width of LLaMA's gated feed-forward part: multipleOf * ceil(int(multiplier * int(8 width / 3)) / multipleOf)
 * (Touvron et al. 2023, `FeedForward` of the released code).
 */
export function llamaHidden(width: number, multipleOf = 256, multiplier = 1): number {
  const wanted = Math.trunc(multiplier * Math.trunc((8 * width) / 3));
  return multipleOf * Math.ceil(wanted / multipleOf);
}
