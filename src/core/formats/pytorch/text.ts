import { convnetPytorch } from './convnet.ts';
import { encoderPytorch } from './encoder.ts';
import { gptPytorch } from './gpt.ts';
import { mlpPytorch } from './mlp.ts';
import { transformerPytorch } from './transformer.ts';
import { vitPytorch } from './vit.ts';
import type { Model } from '../../model/model.ts';

type Writer = (spec: never, name: string) => string;

/** By family: what a family has checked as its parameters is what its writer takes. */
const WRITERS: Readonly<Record<string, Writer>> = {
  convnet: convnetPytorch,
  transformer: transformerPytorch,
  encoder: encoderPytorch,
  vit: vitPytorch,
  gpt: gptPytorch,
  mlp: mlpPytorch,
};

export const PYTORCH_FAMILIES: readonly string[] = Object.keys(WRITERS);

/** A model of a family as one file of PyTorch code to read and train; undefined for models that are layer graphs. */
export function pytorchText({ family, name }: Model): string | undefined {
  return family && WRITERS[family.family]?.(family.parameters as never, name);
}
