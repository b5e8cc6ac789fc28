/** Colours by what they stand for; drawing chooses the shades for light, dark and terminal. */
export type Ink = 'text' | 'muted' | 'law' | 'prediction' | 'actual' | 'baseline' | { readonly ramp: number };

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

/** What is drawn; positions in the units of the axes. */
export type Mark =
  | {
      readonly kind: 'dots';
      readonly points: readonly Point[];
      readonly ink: Ink;
      readonly symbol?: 'circle' | 'star' | 'cross';
    }
  | {
      readonly kind: 'line';
      readonly points: readonly Point[];
      readonly ink: Ink;
      readonly dashed?: boolean;
      readonly bold?: boolean;
    }
  | {
      readonly kind: 'band';
      readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
      readonly ink: Ink;
    }
  | {
      readonly kind: 'interval';
      readonly x: number;
      readonly low: number;
      readonly high: number;
      readonly ink: Ink;
      readonly bold?: boolean;
    }
  | {
      readonly kind: 'label';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly ink: Ink;
      readonly side: 'left' | 'right' | 'above' | 'below';
    }
  | {
      readonly kind: 'bar';
      /** The middle of the bar; in a figure of rows, in rows. */
      readonly y: number;
      readonly from: number;
      readonly to: number;
      readonly thickness: number;
      readonly ink: Ink;
    }
  | { readonly kind: 'level'; readonly y: number; readonly ink: Ink };

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A figure as plain data. */
export interface Figure {
  /** Safe as a file name. */
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
  /** Categories along y instead of numbers: the labels of y = 0, 1, 2, ...; an empty one leaves space. */
  readonly rows?: readonly string[];
}
