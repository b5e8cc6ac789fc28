/** What `isoflop study init` writes: the whole of a first study, with a word on each choice. */
export const STUDY_TEMPLATE = `# A study: train a ladder of small language models, fit the law, predict a larger one, train it, compare.
# \`isoflop study schema\` prints every key with its meaning.
name: first

model: # everything but the width, which the ladder varies
  family: gpt
  depth: 2
  heads: 2
  context: 64
  activation: relu2
  normGain: false
  tokenShift: true

data:
  kind: text
  paths: [text/] # a file, a folder or a glob, relative to this file
  vocabulary: 512

ladder:
  path: # one run a width, tokens in proportion to parameters
    sizes: [12, 16, 20, 24, 28, 32, 40, 48]
    tokensPerParameter: 25

recipe:
  learningRate: 0.03
  batchTokens: 512

seeds: 3 # runs of each width

hero: # the run that is predicted before it starts
  flops: 4 # times the most expensive run of the ladder
`;
