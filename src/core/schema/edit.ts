import { z } from 'zod';

/** One change of a model's document. */
export const editSchema = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('input').describe('Sets the shape of an input.'),
        input: z.string().describe('Name of the input.'),
        shape: z.array(z.number().nullable()).describe('Elements by axis, without the batch; null where free.'),
      })
      .describe('An input of another shape.'),
    z
      .object({
        kind: z.literal('axis').describe('Sets one axis of a parameter or buffer.'),
        tensor: z.string().describe('Its name in the graph.'),
        axis: z.int().describe('From 0.'),
        size: z.int().describe('Elements.'),
      })
      .describe('A weight of another size.'),
    z
      .object({
        kind: z.literal('attribute').describe('Sets an attribute that holds sizes.'),
        layer: z.string().describe('Name of the layer.'),
        attribute: z.string().describe('Such as shape, sizes or groups.'),
        index: z.int().optional().describe("Which of the layer's operators that have it, from 0. Default 0."),
        value: z.union([z.number(), z.array(z.number())]).describe('The new value.'),
      })
      .describe('A layer with another attribute.'),
    z
      .object({
        kind: z.literal('repeat').describe('Runs a chain of layers several times, with weights of their own.'),
        layers: z.array(z.string()).describe('Names of the chain.'),
        times: z.int().describe('In all; 0 takes the chain out.'),
        keepsShape: z.boolean().optional().describe('Whether copies keep the shape that the chain changes.'),
      })
      .describe('A chain of layers repeated.'),
    z
      .object({
        kind: z.literal('parameter').describe('Sets a parameter of a family.'),
        path: z.string().describe('Such as stages[2].depth.'),
        value: z.unknown().describe('The new value.'),
      })
      .describe('A parameter of a family.'),
  ])
  .describe('One change of the parent.');
