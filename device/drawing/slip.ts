/** Letters of 2.6, 3.1, 4.5 and 7.3 mm on paper of 8 dots a millimetre. */
export type SlipSize = "small" | "normal" | "large" | "huge";

/** One block of a slip, from top to bottom. Knows nothing of money. */
export type SlipBlock =
  | {
      readonly is: "text";
      readonly text: string;
      readonly align?: "left" | "center" | "right";
      readonly bold?: boolean;
      readonly size?: SlipSize;
    }
  /** `left` and `right` on one line; `left` wraps when both do not fit. */
  | {
      readonly is: "pair";
      readonly left: string;
      readonly right: string;
      readonly bold?: boolean;
      readonly size?: SlipSize;
    }
  | { readonly is: "rule"; readonly dashed?: boolean }
  | { readonly is: "gap" }
  /** `small`: no larger than a phone needs, and left out where the paper is too narrow for it. */
  | { readonly is: "qr"; readonly text: string; readonly small?: boolean };

/** What a printer shall print. Texts of any length wrap; a slip ends with "…" at 40 cm. */
export type Slip = { readonly blocks: readonly SlipBlock[] };
