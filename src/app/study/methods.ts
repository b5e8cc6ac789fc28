import { parametrizationRules } from '../../core/recipe/parametrization.ts';
import { optimizerWords, scheduleWords } from '../../core/recipe/words.ts';
import type { MethodsCard } from '../../core/report/document.ts';
import type { Recipe } from '../../core/schema/recipe.ts';
import { VERSION } from '../../core/terms/version.ts';
import type { StudyContext } from './context.ts';
import type { FrozenPrediction, LadderLaws } from './laws.ts';

/** What a reader needs to judge or repeat the study (the checklists of (Mis)Fitting, arXiv 2502.18969). */
export function methodsCard(
  { study, dataset }: StudyContext,
  recipe: Recipe,
  laws: LadderLaws,
  prediction: FrozenPrediction | null,
): MethodsCard {
  const { manifest, skipped } = dataset;
  const { optimizer, schedule } = recipe;
  const { model } = study;
  const [first] = laws.fits;
  return [
    [
      'Model',
      `gpt, ${model.depth} blocks, ${model.heads} heads, context ${model.context}, ${model.activation}, ${model.norm}, ${model.positions} positions${model.tokenShift ? ', token shift' : ''}`,
    ],
    [
      'Counting',
      'params: non-lookup (tables that are only looked up left out, the head counts); flops: exact, 2 x multiply-accumulates of forward and backward as they run; loss: nats a token',
    ],
    [
      'Data',
      `${manifest.documents} documents, ${manifest.bytes} bytes, ${manifest.duplicates} duplicates dropped${skippedWords(skipped)}; fingerprint ${manifest.fingerprint.slice(0, 16)}`,
    ],
    [
      'Tokens',
      `${manifest.tokenizer === 'bpe' ? 'byte-pair' : 'byte'} vocabulary of ${manifest.vocabulary}, ${manifest.trainTokens} to train on, ${manifest.validationTokens} held out (split ${manifest.split}), ${manifest.bytesPerToken.toFixed(2)} bytes a token`,
    ],
    [
      'Held-out loss',
      `mean over at most ${study.evaluation.windows} windows of ${model.context} tokens, after the last step; its standard error over windows`,
    ],
    ['Optimiser', optimizerWords(optimizer)],
    [
      'Learning rate',
      `${recipe.learningRate} for the shortest run at width ${recipe.baseWidth}; ${parametrizationRules(recipe).join('; ')}`,
    ],
    ['Schedule', `${scheduleWords(schedule)}; every run finishes its own`],
    ['Batch', `${recipe.batchTokens} tokens`],
    ['Seeds', `${study.seeds} from ${study.seed}: initialisation, data order and split`],
    ['Points', 'final losses only; no intermediate checkpoints'],
    [
      'Fit',
      first
        ? `${first.law.formula}; ${first.objectiveKind.kind} of the ${first.objectiveKind.residual} residual; ${first.n} runs; ${first.diagnostics.startsAgreeing} of ${first.diagnostics.starts} polished starts agree`
        : 'none',
    ],
    [
      'Choice of law',
      prediction
        ? prediction.candidates
            .map(
              (one) =>
                `${one.name}: weight ${one.weight.toFixed(2)}${one.heldOutError === null ? '' : `, missed held-out sizes by ${(100 * one.heldOutError).toFixed(2)} %`}`,
            )
            .join('; ')
        : 'none',
    ],
    ['Frozen', prediction ? `${prediction.madeAt}, SHA-256 ${prediction.fitHash}` : 'no prediction'],
    ['Versions', `isoflop ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}`],
  ];
}

function skippedWords(skipped: Readonly<Record<string, number>>): string {
  const parts = Object.entries(skipped).map(([reason, count]) => `${count} ${reason}`);
  return parts.length === 0 ? '' : `, passed over: ${parts.join(', ')}`;
}
