import { z } from "zod";

/** What is the matter, beside kind and place: facts for programs, put into words where a person reads them (`detail-words.ts`). */

const SAID_MAX = 300;
const REFUNDS_MAX = 10;

const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** In one line and of bounded length, whatever a stand or a provider said. */
export const plain = (text: string): string =>
  // A pair that the cut has parted is no text, and a database would not take it.
  Buffer.from(text.slice(0, SAID_MAX).replace(CONTROLS, " ").trim()).toString();

const said = z.string().transform(plain);
const count = z.int();
const bare = <Name extends string>(name: Name) => z.object({ is: z.literal(name) });

export const detailSchema = z.discriminatedUnion("is", [
  /** In English words, as an older program wrote it. */
  z.object({ is: z.literal("said"), text: said }),
  z.object({ is: z.literal("not-heard"), minutes: count }),
  z.object({ is: z.literal("printer"), condition: said }),
  z.object({ is: z.literal("panel"), failure: said }),
  z.object({ is: z.literal("obstacle"), obstacle: said }),
  z.object({ is: z.literal("clock-off"), seconds: count }),
  bare("clock-unset"),
  z.object({ is: z.literal("disk-free"), megabytes: count }),
  z.object({ is: z.literal("temperature"), degrees: count }),
  bare("slowed-down"),
  z.object({ is: z.literal("certificate-ends"), days: count }),
  bare("certificate-ended"),
  z.object({ is: z.literal("settings-refused"), version: count, because: said }),
  bare("journal-begun"),
  bare("broker-away"),
  bare("no-word-of-goods"),
  /** Absent where the books do not say. */
  z.object({ is: z.literal("owed"), because: said.optional() }),
  bare("not-in-books"),
  bare("qr-refused"),
  z.object({ is: z.literal("paid-as-well"), attempt: count }),
  z.object({ is: z.literal("paid-while"), attempt: count, at: said }),
  z.object({ is: z.literal("paid-uncharged"), attempt: count }),
  z.object({ is: z.literal("given-back"), transaction: said }),
  bare("delivered-after-remedy"),
  bare("delivered-and-given-back"),
  bare("delivered-while-refunding"),
  z.object({ is: z.literal("refund-made-all-the-same"), key: said }),
  z.object({
    is: z.literal("refunds-failed"),
    refunds: z
      .array(z.object({ key: said, because: said, said }))
      .transform((all) => all.slice(0, REFUNDS_MAX))
      .readonly(),
  }),
]);
export type Detail = Readonly<z.output<typeof detailSchema>>;

/** From a store or a message; of what a newer program wrote, the words that it put beside it. */
export function readDetail(facts: unknown, words: string): Detail {
  const read = detailSchema.safeParse(facts);
  return read.success ? read.data : { is: "said", text: plain(words) };
}
