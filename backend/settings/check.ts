import type { z } from "zod";
import { errorsOf } from "../../host/config-errors.ts";
import { SETTINGS_MAX_BYTES, type Settings, settingsBytes, settingsSchema } from "../../protocol/settings.ts";

/** Where something is wrong, such as `products[2].price`, and what; the empty path is the whole. */
export type Issue = { readonly path: string; readonly message: string };

export type Checked =
  | { readonly is: "good"; readonly settings: Settings }
  | { readonly is: "bad"; readonly issues: readonly Issue[] };

/** Whether any stand could use these, as far as the backend can know: the stand itself knows what hangs on its wires. */
export function checkSettings(candidate: unknown): Checked {
  const read = settingsSchema.safeParse(candidate);
  if (!read.success) return { is: "bad", issues: issuesOf(read.error, candidate) };
  const settings: Settings = read.data;
  const bytes = settingsBytes(settings);
  return bytes <= SETTINGS_MAX_BYTES ? { is: "good", settings } : { is: "bad", issues: [tooLong(bytes)] };
}

const tooLong = (bytes: number): Issue => ({
  path: "",
  message: `${bytes} bytes as JSON, and ${SETTINGS_MAX_BYTES} go into one statement: leave out products, or shorten their names`,
});

const issuesOf = ({ issues }: z.ZodError, candidate: unknown): readonly Issue[] =>
  errorsOf(issues, candidate, settingsSchema).map(({ path, problem }) => ({ path, message: problem }));
