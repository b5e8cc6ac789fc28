import type { Command } from 'commander';
import { peakOf, precisionRecipe } from '../../../core/analysis/index.ts';
import type { Model } from '../../../core/model/model.ts';
import { PARAMETRIZATIONS, transferTable } from '../../../core/recipe/transfer.ts';
import { deepened } from '../../../core/scaling/deepened.ts';
import { modelSize, scaleModel } from '../../../core/scaling/scale.ts';
import type { ScalingResult } from '../../../core/scaling/scale.ts';
import { parseGoal } from '../../../core/scaling/target/goal.ts';
import type { Goal } from '../../../core/scaling/target/goal.ts';
import { TARGET_AXES, scaleToTarget } from '../../../core/scaling/target/scale-to-target.ts';
import type { TargetOptions, TargetResult } from '../../../core/scaling/target/scale-to-target.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { openModel } from '../../../io/models/open.ts';
import { checkOut, writeModel, writtenLines } from '../model-file.ts';
import { namedDevice } from '../named-device.ts';
import { oneOf, positive, wholeNumber } from '../option-values.ts';
import { ProgressLine } from '../progress-line.ts';
import { isRuleAsked, ruleOf } from '../scaling-rule.ts';
import type { RuleFlags } from '../scaling-rule.ts';
import { scaleText } from '../scale-text.ts';
import { targetResultText } from '../target-text.ts';
import type { Transfer } from '../transfer-text.ts';

interface ScaleFlags extends RuleFlags {
  readonly hyperparameters?: string;
  readonly target?: string;
  readonly axes?: string;
  readonly device?: string;
  readonly batch: string;
  readonly tokens?: string;
  readonly samples?: string;
  readonly divisor: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `isoflop scale` */
export function register(program: Command): void {
  program
    .command('scale')
    .description(
      'Make a model deeper, wider, of higher resolution, or all together, up or down: always to a valid model.',
    )
    .argument('<model>', 'a file (Keras, ONNX, torch.export, Hugging Face config.json, YAML) or a preset')
    .option('--depth <factor>', 'blocks, in proportion over the stages')
    .option('--width <factor>', 'channels, units and heads')
    .option('--resolution <factor>', 'height and width of the image')
    .option('--feed-forward <factor>', 'hidden units of feed-forward parts, instead of the factor of the width')
    .option('--kv-heads <factor>', 'heads of keys and values: 0.25 shares each among four times as many queries')
    .option('--compound <phi>', 'depth alpha^phi, width beta^phi, resolution gamma^phi; phi may be negative')
    .option('--alpha <a>', 'depth of one phi', '1.2')
    .option('--beta <b>', 'width of one phi', '1.1')
    .option('--gamma <g>', 'resolution of one phi', '1.15')
    .option('--rule <name>', 'share out --times: dollar, balanced, sovit, or powers such as depth=0.5,width=0.25')
    .option('--times <factor>', 'operations that --rule shares out')
    .option('--weights <w>', 'of --rule dollar: depth, width and resolution, such as d1_w8_r1')
    .option('--hyperparameters <rule>', 'set each tensor by standard, mup or completep: factors on the parent')
    .option(
      '--target <list>',
      'what must hold, such as "params <= 10M, latency <= 5ms"; also =, >=, maximize, minimize',
    )
    .option('--axes <list>', 'axes that --target may change (default: all that the model has)')
    .option('--device <name>', 'device of isoflop devices or this, for targets of time')
    .option('--batch <n>', 'samples at once, for targets', '1')
    .option('--tokens <n>', 'tokens a sample, for targets of models of text')
    .option('--samples <n>', 'samples (or tokens) to train on, for targets of the whole training')
    .option('--divisor <n>', 'widths that are multiples of it stay so', '8')
    .option(
      '--out <file>',
      "write the model: in its source's format, or .py for PyTorch code; without a factor as it is",
    )
    .option('--json', 'print as JSON (isoflop.scale/1)')
    .addHelpText(
      'after',
      '\nExamples:\n  isoflop scale efficientnet-b0 --compound 1\n  isoflop scale llama-3.2-1b --target "params = 2e9 +- 1%" --out 2b.yaml\n  isoflop scale gpt2 --width 2 --hyperparameters mup\n  isoflop scale gpt2 --width 2 --out model.py\n  isoflop scale model.keras --depth 2 --width 1.5 --out bigger.json\n  isoflop scale vit_base_patch16_224 --rule sovit --times 4',
    )
    .action(scale);
}

async function scale(argument: string, flags: ScaleFlags): Promise<void> {
  if (flags.target !== undefined) return scaleTo(argument, flags, flags.target);
  if (flags.out !== undefined && !isRuleAsked(flags) && flags.hyperparameters === undefined)
    return writeAsItIs(await openModel(argument), flags.out, flags.json);
  const rule = ruleOf(flags);
  const divisor = wholeNumber(flags.divisor, '--divisor');
  if (divisor < 1)
    throw new IsoflopError('invalid-input', `--divisor takes a whole number from 1 on, got '${flags.divisor}'`);
  const model = await openModel(argument);
  if (flags.out !== undefined) checkOut(model, flags.out);
  const result = scaleModel(model, rule, { divisor });
  const transfer = flags.hyperparameters === undefined ? undefined : transferOf(model, result, flags.hyperparameters);
  const out = flags.out === undefined ? undefined : writeModel(result.variant.model, flags.out);
  console.log(
    flags.json ? JSON.stringify(scaleDocument(result, out, transfer), null, 2) : scaleText(result, out, transfer),
  );
}

/** Without a factor: another document of the same model. */
function writeAsItIs(model: Model, out: string, asJson = false): void {
  checkOut(model, out);
  const size = modelSize(model.lower({ batch: 1 }));
  const variant = { name: model.name, parent: model.name, rule: { rule: 'axes' as const }, edits: [], model };
  const lists = { repairs: [], warnings: [], suggestions: [] };
  const result: ScalingResult = { variant, nominal: {}, achieved: {}, before: size, after: size, ...lists };
  writeModel(model, out);
  if (asJson) return console.log(JSON.stringify(scaleDocument(result, out), null, 2));
  const line = `${model.name}, as it is: ${size.params.toLocaleString('en')} parameters`;
  console.log([line, ...writtenLines(model, out)].join('\n'));
}

/** The scaled model's tensors against those of the model that it came from. */
function transferOf(model: Model, { variant, achieved }: ScalingResult, name: string): Transfer {
  const rule = oneOf(PARAMETRIZATIONS, name, '--hyperparameters');
  return {
    rule,
    rows: transferTable(deepened(model, variant).lower(), variant.model.lower(), rule, achieved.depth ?? 1),
  };
}

async function scaleTo(argument: string, flags: ScaleFlags, target: string): Promise<void> {
  if (isRuleAsked(flags))
    throw new IsoflopError(
      'invalid-input',
      '--target finds the sizes itself; a factor or a rule cannot be given beside it',
    );
  const options = await targetOptions(flags);
  const model = await openModel(argument);
  if (flags.out !== undefined) checkOut(model, flags.out);
  const goal = parseGoal(target, options.device && peakOf(options.device, precisionRecipe('bf16-adam')));
  const result = searched(model, goal, options);
  const [best] = result.choices;
  const out = flags.out === undefined || !best ? undefined : writeModel(best.variant.model, flags.out);
  if (!best) process.exitCode = 1;
  console.log(
    flags.json
      ? JSON.stringify(targetDocument(model.name, result, out), null, 2)
      : targetResultText(model.name, result, out),
  );
}

function searched(model: Model, goal: Goal, options: TargetOptions): TargetResult {
  const line = new ProgressLine();
  try {
    return scaleToTarget(model, goal, { ...options, onProgress: line.show });
  } finally {
    line.close();
  }
}

async function targetOptions({ axes, device, batch, tokens, samples }: ScaleFlags): Promise<TargetOptions> {
  return {
    batch: wholeNumber(batch, '--batch'),
    ...(axes !== undefined && { axes: axes.split(',').map((axis) => oneOf(TARGET_AXES, axis.trim(), '--axes')) }),
    ...(device !== undefined && { device: await namedDevice(device) }),
    ...(tokens !== undefined && { tokens: wholeNumber(tokens, '--tokens') }),
    ...(samples !== undefined && { samples: positive(samples, '--samples') }),
  };
}

function targetDocument(parent: string, { choices, ...rest }: TargetResult, out: string | undefined): unknown {
  const listed = choices.map(({ variant, factors, metrics }) => ({
    name: variant.name,
    factors,
    metrics,
    edits: variant.edits,
  }));
  return { schema: 'isoflop.target/1', parent, ...rest, choices: listed, ...(out !== undefined && { out }) };
}

/** The result as the published document. */
function scaleDocument({ variant, ...rest }: ScalingResult, out: string | undefined, transfer?: Transfer): unknown {
  const { name, parent, rule, edits } = variant;
  return {
    schema: 'isoflop.scale/1',
    name,
    parent,
    rule,
    ...rest,
    ...(transfer && { hyperparameters: transfer }),
    edits,
    ...(out !== undefined && { out }),
  };
}
