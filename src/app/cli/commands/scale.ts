import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import type { Model } from '../../../core/model/model.ts';
import { scaleModel } from '../../../core/scaling/scale.ts';
import type { ScalingResult } from '../../../core/scaling/scale.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { openModel } from '../../../io/models/open.ts';
import { wholeNumber } from '../option-values.ts';
import { ruleOf } from '../scaling-rule.ts';
import type { RuleFlags } from '../scaling-rule.ts';
import { scaleText } from '../scale-text.ts';

interface ScaleFlags extends RuleFlags {
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
    .option('--compound <phi>', 'depth alpha^phi, width beta^phi, resolution gamma^phi; phi may be negative')
    .option('--alpha <a>', 'depth of one phi', '1.2')
    .option('--beta <b>', 'width of one phi', '1.1')
    .option('--gamma <g>', 'resolution of one phi', '1.15')
    .option('--rule <name>', 'share out --times: dollar, balanced, sovit, or powers such as depth=0.5,width=0.25')
    .option('--times <factor>', 'operations that --rule shares out')
    .option('--weights <w>', 'of --rule dollar: depth, width and resolution, such as d1_w8_r1')
    .option('--divisor <n>', 'widths that are multiples of it stay so', '8')
    .option('--out <file>', "write the scaled model in its source's format")
    .option('--json', 'print as JSON (isoflop.scale/1)')
    .addHelpText(
      'after',
      '\nExamples:\n  isoflop scale efficientnet-b0 --compound 1\n  isoflop scale model.keras --depth 2 --width 1.5 --out bigger.json\n  isoflop scale vit-b-16 --rule sovit --times 4',
    )
    .action(scale);
}

async function scale(argument: string, flags: ScaleFlags): Promise<void> {
  const rule = ruleOf(flags);
  const divisor = wholeNumber(flags.divisor, '--divisor');
  if (divisor < 1)
    throw new IsoflopError('invalid-input', `--divisor takes a whole number from 1 on, got '${flags.divisor}'`);
  const result = scaleModel(await openModel(argument), rule, { divisor });
  const out = flags.out === undefined ? undefined : written(result.variant.model, flags.out);
  console.log(flags.json ? JSON.stringify(scaleDocument(result, out), null, 2) : scaleText(result, out));
}

function written(model: Model, out: string): string {
  const { extension, bytes } = model.write();
  if (extname(out).toLowerCase() !== extension) {
    throw new IsoflopError('invalid-input', `the scaled model is a ${extension} document, and '${out}' is none`, {
      path: '--out',
      hint: `Call it ${out.slice(0, out.length - extname(out).length)}${extension}.`,
    });
  }
  writeFileSync(out, bytes);
  return out;
}

/** The result as the published document. */
function scaleDocument({ variant, ...rest }: ScalingResult, out: string | undefined): unknown {
  const { name, parent, rule, edits } = variant;
  return { schema: 'isoflop.scale/1', name, parent, rule, ...rest, edits, ...(out !== undefined && { out }) };
}
