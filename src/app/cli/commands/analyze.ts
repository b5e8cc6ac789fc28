import { basename } from 'node:path';
import type { Command } from 'commander';
import { analyzeModel, conventionOf, precisionRecipe, withImageSize } from '../../../core/analysis/index.ts';
import type { Analysis } from '../../../core/analysis/index.ts';
import { confirmCount } from '../../../core/formats/safetensors/confirm.ts';
import type { Confirmation } from '../../../core/formats/safetensors/confirm.ts';
import type { Model } from '../../../core/model/model.ts';
import { costFigure } from '../../../core/report/cost-figure.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { openModel } from '../../../io/models/open.ts';
import { readWeights } from '../../../io/models/read-weights.ts';
import { analysisText } from '../analysis-text.ts';
import { namedDevice } from '../named-device.ts';
import { oneOf, positive, wholeNumber } from '../option-values.ts';
import { weightsText } from '../weights-text.ts';

interface AnalyzeFlags {
  readonly batch: string;
  readonly tokens?: string;
  readonly input?: string;
  readonly convention: string;
  readonly attention: string;
  readonly precision?: string;
  readonly checkpointing: string;
  readonly device?: string;
  readonly samples?: string;
  readonly by: string;
  readonly figure?: string;
  readonly weights?: string;
  readonly json?: boolean;
}

/** `isoflop analyze` */
export function register(program: Command): void {
  program
    .command('analyze')
    .description('What a model costs: layers, parameters, operations, memory, time, and where the cost sits.')
    .argument('<model>', 'a file (Keras, ONNX, torch.export, Hugging Face config.json, YAML) or a preset')
    .option('--batch <n>', 'samples at once', '1')
    .option('--tokens <n>', 'tokens a sample, for models of text')
    .option('--input <HxW>', 'size of the images, such as 224x224')
    .option('--convention <name>', 'count as isoflop, paper, pycls, fvcore, keras or deepspeed do', 'isoflop')
    .option('--attention <count>', 'full: every score; causal: those that mask and window leave', 'full')
    .option(
      '--precision <recipe>',
      'fp32-adam, bf16-adam, bf16-adam-fp32-grads, pure-bf16, sgd, sgd-momentum, adafactor, adam-8bit or lora (default: bf16-adam for text, else fp32-adam)',
    )
    .option('--checkpointing <level>', 'activations kept in training: none, selective or full', 'none')
    .option('--device <name>', 'time and fit on a device of isoflop devices, or on this machine: this')
    .option('--samples <n>', 'samples (tokens for models of text) to train on: names the challenges')
    .option('--by <rows>', 'layer or block', 'block')
    .option('--figure <file>', 'draw where the cost sits, as .svg or .png')
    .option('--weights <file>', 'a .safetensors or its index.json: does it hold the parameters? (exit code 1: no)')
    .option('--json', 'print as JSON (isoflop.analysis/1)')
    .addHelpText(
      'after',
      '\nExamples:\n  isoflop analyze efficientnet-b0 --convention pycls\n  isoflop analyze model.keras --batch 32 --device a100-80 --samples 50000\n  isoflop analyze config.json --weights model.safetensors.index.json',
    )
    .action(analyze);
}

async function analyze(argument: string, flags: AnalyzeFlags): Promise<void> {
  const by = oneOf(['layer', 'block'] as const, flags.by, '--by');
  const model = sized(await openModel(argument), flags.input);
  const analysis = analyzeModel(model, {
    batch: atLeastOne(flags.batch, '--batch'),
    convention: conventionOf(flags.convention),
    attention: oneOf(['full', 'causal'] as const, flags.attention, '--attention'),
    checkpointing: oneOf(['none', 'selective', 'full'] as const, flags.checkpointing, '--checkpointing'),
    ...(flags.tokens !== undefined && { tokens: atLeastOne(flags.tokens, '--tokens') }),
    ...(flags.precision !== undefined && { recipe: precisionRecipe(flags.precision) }),
    ...(flags.device !== undefined && { device: await namedDevice(flags.device) }),
    ...(flags.samples !== undefined && { samples: positive(flags.samples, '--samples') }),
  });
  if (flags.figure !== undefined) await drawCost(analysis, flags.figure);
  const weights = flags.weights === undefined ? undefined : await confirmed(model, flags.weights);
  if (weights && !weights.confirmed) process.exitCode = 1;
  if (flags.json)
    return console.log(JSON.stringify({ ...analysisDocument(analysis), ...(weights && { weights }) }, null, 2));
  console.log(analysisText(analysis, by));
  if (weights) console.log(weightsText(weights.file, weights));
}

async function confirmed(model: Model, path: string): Promise<Confirmation & { readonly file: string }> {
  return { file: basename(path), ...confirmCount(model.lower(), await readWeights(path)) };
}

/** Drawing is loaded when it is asked for: it takes longer to load than a model to analyse. */
async function drawCost(analysis: Analysis, path: string): Promise<void> {
  const { writeFigure } = await import('../figure-file.ts');
  writeFigure(costFigure(analysis), path);
}

/** The analysis as the published document. */
function analysisDocument({ recipe, ...rest }: Analysis): object {
  return { schema: 'isoflop.analysis/1', ...rest, precision: recipe.name };
}

function sized(model: Model, input: string | undefined): Model {
  if (input === undefined) return model;
  const size = /^(\d+)(?:x(\d+))?$/.exec(input);
  if (!size) throw new IsoflopError('invalid-input', `--input takes a size such as 224x224, got '${input}'`);
  return withImageSize(model, Number(size[1]), Number(size[2] ?? size[1]));
}

function atLeastOne(text: string, option: string): number {
  const value = wholeNumber(text, option);
  if (value >= 1) return value;
  throw new IsoflopError('invalid-input', `${option} takes a whole number from 1 on, got '${text}'`);
}
