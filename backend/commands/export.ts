import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { utcClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG } from "../../host/config.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { type Case, sumOf } from "../operator/case/case.ts";
import { casePage } from "../operator/case/page.ts";
import { openHttp } from "../providers/http.ts";
import { deskOf, requestTo } from "./operator.ts";

/** Writes one order's whole story into a new folder, for a dispute: `case.json`, `case.html`, and the sums of both. */
export const exportCase: Command = async (asked) => {
  const { to, by, why } = asked.options;
  if (to === undefined || by === undefined || why === undefined)
    return failed(
      asked,
      "--to FOLDER, --by NAME and --why TEXT are needed: who took it, and what for, is written down",
      MISUSED,
    );
  const folder = resolve(to);
  if (existsSync(folder)) return failed(asked, `${folder} is there already: nothing is overwritten`);
  const desk = deskOf(asked);
  if ("unusable" in desk) return failed(asked, desk.unusable, EXIT_BAD_CONFIG);
  const http = openHttp({ clock: utcClock() });
  const path = `/orders/${encodeURIComponent(asked.argument)}/case`;
  try {
    const outcome = await http.request(requestTo(desk, { method: "POST", path, body: { by, why } }));
    if (outcome.is !== "answer") return failed(asked, `the backend did not answer: ${outcome.detail}`);
    const text = Buffer.from(outcome.body).toString("utf8");
    if (outcome.status !== 200) return failed(asked, `refused (${outcome.status}): ${text}`);
    const found: unknown = JSON.parse(text);
    if (!isCase(found)) return failed(asked, "what answered there is no backend of this version");
    write(asked, folder, found);
    return 0;
  } finally {
    await http.close();
  }
};

const caseSchema = z.looseObject({
  order: z.string(),
  story: z.array(z.looseObject({})),
  state: z.looseObject({}),
  reconciled: z.array(z.looseObject({})),
  deeds: z.array(z.looseObject({})),
});
/** The backend beside this terminal wrote it: this is only whether it is one. */
const isCase = (value: unknown): value is Case => caseSchema.safeParse(value).success;

function write(asked: Asked, folder: string, found: Case): void {
  const json = `${JSON.stringify(found, null, 2)}\n`;
  const page = casePage(found, sumOf(json));
  mkdirSync(folder, { mode: 0o700 });
  const files = { "case.json": json, "case.html": page };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const sums = Object.entries(files).map(([name, text]) => `${sumOf(text)}  ${name}\n`);
  writeFileSync(join(folder, "SHA256SUMS"), sums.join(""), { mode: 0o600 });
  for (const line of sums) asked.print(line.trimEnd());
  asked.say(
    `written to ${folder}; check it with sha256sum -c SHA256SUMS. It names staff and the payer's bank: hand it on with care`,
  );
}

function failed(asked: Asked, because: string, code: number = FAILED): number {
  asked.say(because);
  return code;
}
