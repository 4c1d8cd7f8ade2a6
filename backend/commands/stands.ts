import { z } from "zod";
import { type Asked, type Command, MISUSED } from "../../host/program.ts";
import { ask } from "./operator.ts";

/** What staff says of stands at a terminal, told to the running backend over its operator's address. */

export const addStand: Command = (asked) => {
  const { name, site, merchant } = asked.options;
  const words = { ...(name && { name }), ...(site && { site }), ...(merchant && { merchant }) };
  const body = { id: asked.argument, ...words, by: whoIs(asked) };
  return ask(asked, { method: "POST", path: "/stands", body }, invitation);
};

export const inviteStand: Command = (asked) =>
  ask(asked, { method: "POST", path: pathOf(asked, "/invite"), body: { by: whoIs(asked) } }, invitation);

/** `--why` is asked for: one day somebody wants to know. */
export const revokeStand: Command = (asked) => {
  const { why } = asked.options;
  if (why === undefined) {
    asked.say("why is it revoked? say it with --why TEXT");
    return Promise.resolve(MISUSED);
  }
  const body = { by: whoIs(asked), why };
  return ask(asked, { method: "POST", path: pathOf(asked, "/revoke"), body }, () => [
    `${asked.argument} is revoked: nothing that it says is believed any more`,
  ]);
};

export const changeStand: Command = (asked) => {
  const { name, site, merchant } = asked.options;
  const words = { ...(name && { name }), ...(site && { site }), ...(merchant && { merchant }) };
  const body = { ...words, by: whoIs(asked) };
  return ask(asked, { method: "POST", path: pathOf(asked, "/change"), body }, () => [`${asked.argument} is changed`]);
};

export const listStands: Command = (asked) =>
  ask(asked, { method: "GET", path: "/stands" }, (answer) => {
    const { stands } = standsAnswer.parse(answer);
    if (stands.length === 0) return ["no stand yet: `backend stands add ID`"];
    return stands.map(lineOf);
  });

export const showStand: Command = (asked) =>
  ask(asked, { method: "GET", path: pathOf(asked, "") }, (answer) =>
    Object.entries(z.record(z.string(), z.unknown()).parse(answer)).map(
      ([name, value]) => `${name}  ${shown(name, value)}`,
    ),
  );

/** How far the change of the backend's own key has come. */
export const keysStatus: Command = (asked) =>
  ask(asked, { method: "GET", path: "/keys" }, (answer) => {
    const { current, next, stands, trusting, missing } = keysAnswer.parse(answer);
    if (next === undefined) return [`one key: ${current}`, "keys.next_private_file begins a change"];
    const done = `all ${stands} active stands trust it: name it in keys.private_file, and keys.next_private_file no more`;
    const missed = [`${trusting} of ${stands} active stands trust it; not yet:`, ...missing.map((id) => `  ${id}`)];
    return [`current key: ${current}`, `next key: ${next}`, ...(trusting === stands ? [done] : missed)];
  });

const invitationAnswer = z.object({ stand: z.string(), code: z.string(), endsMs: z.number() });
const invitation = (answer: unknown): readonly string[] => {
  const { stand, code, endsMs } = invitationAnswer.parse(answer);
  return [
    code,
    `for ${stand}, once, until ${new Date(endsMs).toISOString()}: \`sudo qris-gateway enroll --at https://… --code ${code}\` on its Pi`,
  ];
};

const standLine = z.object({
  id: z.string(),
  name: z.string(),
  site: z.string().optional(),
  merchant: z.string(),
  state: z.string(),
  isConfigured: z.boolean(),
  certificateEndsMs: z.number().optional(),
});
const standsAnswer = z.object({ stands: z.array(standLine) });
const keysAnswer = z.object({
  current: z.string(),
  next: z.string().optional(),
  stands: z.number(),
  trusting: z.number(),
  missing: z.array(z.string()),
});

function lineOf({
  id,
  name,
  site,
  merchant,
  state,
  isConfigured,
  certificateEndsMs,
}: z.output<typeof standLine>): string {
  const ends = certificateEndsMs === undefined ? [] : [`certificate until ${dayOf(certificateEndsMs)}`];
  const from = isConfigured ? ["by the configuration"] : [];
  return [id, state, merchant, ...(name === id ? [] : [name]), ...(site ? [site] : []), ...ends, ...from].join("  ");
}

const dayOf = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
const shown = (name: string, value: unknown): string => {
  if (typeof value === "number" && name.endsWith("Ms")) return new Date(value).toISOString();
  return typeof value === "string" ? value : JSON.stringify(value);
};

const pathOf = ({ argument }: Asked, what: string): string => `/stands/${encodeURIComponent(argument)}${what}`;

/** Who it was, as he says, or as the machine knows him. */
export const whoIs = ({ options, env }: Asked): string =>
  options["by"] ?? env["SUDO_USER"] ?? env["USER"] ?? "terminal";
