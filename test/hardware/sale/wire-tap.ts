import type { StatementId } from "../../../protocol/ids.ts";
import type { KeySet } from "../../../protocol/keys.ts";
import { unsealDown, unsealUp } from "../../../protocol/seal.ts";
import type { DownBody, UpBody } from "../../../protocol/statements.ts";
import { readTopic } from "../../../protocol/topics.ts";
import { STAND } from "./stand-config.ts";

/** What passes between stand and backend, as the broker between them has it. */
export type Overheard =
  | { readonly is: "said"; readonly body: UpBody }
  | { readonly is: "told"; readonly body: DownBody }
  /** The stand has acknowledged it: it has it on its disk. */
  | { readonly is: "understood"; readonly body: DownBody };

/** Takes what a broker was given to pass on, and says what it means. */
export function wireTap(
  keys: KeySet,
  hear: (overheard: Overheard) => void,
): (topic: string, payload: Uint8Array) => void {
  const told = new Map<StatementId, DownBody>();
  const up = (body: UpBody): void => {
    if (body.type !== "ack") hear({ is: "said", body });
    else for (const id of body.ids) understood(told.get(id));
  };
  const understood = (body: DownBody | undefined): void => {
    if (body !== undefined) hear({ is: "understood", body });
  };
  return (topic, payload) => {
    const channel = readTopic(topic)?.channel;
    if (channel === "up") {
      const unsealed = unsealUp(payload, keys, "backend");
      if (unsealed.is !== "refused") up(unsealed.statement.body);
    }
    if (channel === "down") {
      const unsealed = unsealDown(payload, keys, STAND);
      if (unsealed.is === "refused") return;
      const { id, body } = unsealed.statement;
      told.set(id, body);
      hear({ is: "told", body });
    }
  };
}
