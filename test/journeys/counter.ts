import { TOKEN } from "./backend-doors.ts";
import type { Rig } from "./rig.ts";
import { atTheTerminal, type Said } from "./terminal.ts";

export type Answered = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** Staff's own program, over the operator's HTTP door; without `body` it only asks. */
export async function tells(rig: Rig, path: string, body?: object): Promise<Answered> {
  const answer = await fetch(rig.backend.desk.url + path, {
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answered["body"] };
}

/** The same at a terminal of the backend's machine: `commands(rig, "refund", order, "--by", "Sari", …)`. */
export const commands = (rig: Rig, ...argv: readonly string[]): Promise<Said> =>
  atTheTerminal(rig.backend.desk.port, argv);
