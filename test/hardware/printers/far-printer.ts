import { connect } from "node:net";
import { PaperRoll } from "../../device/printers/paper-roll.ts";

/** The far side of the lab's printer, see lab/README.md: `lab-printer`'s words, at the socket behind it. */
export async function tell(...words: readonly string[]): Promise<Buffer> {
  const socket = connect("/run/printer.sock");
  socket.write(words.join("\n"));
  const portions: Buffer[] = [];
  for await (const portion of socket) portions.push(Buffer.from(portion as Uint8Array));
  const reply = Buffer.concat(portions);
  if (reply.toString("latin1", 0, 1) !== "+") throw new Error(`lab-printer ${words.join(" ")}: ${reply.toString()}`);
  return reply.subarray(1);
}

export const received = (): Promise<Buffer> => tell("bytes");

/** What is on its paper now. */
export async function paper(): Promise<PaperRoll> {
  const roll = new PaperRoll();
  roll.take(await received());
  return roll;
}
