import { framePng } from "../../../device/drawing/canvas.ts";
import type { HttpRequest, Route } from "../../../host/http.ts";
import { readPaper, zbarRead } from "../../device/fixtures.ts";
import { unrolled } from "../../device/printers/paper-roll.ts";
import { Controller } from "../../device/screens/controller.ts";
import { tapeOf, transfersIn } from "../screens/far-ends.ts";

const ST7789 = { columns: 240, rows: 320, width: 240, height: 320, left: 0, top: 0, isInverted: true };

/** What is on paper: how many tickets have been cut off, and what zbar reads on each. */
export type OnPaper = { readonly tickets: number; readonly codes: readonly (string | undefined)[] };

/**
 * The customer's camera, which looks at what went over the wires, outside the virtual machine with its slow processor. `POST glass`:
 * the lab's log of the SPI bus since the last time (`?new`: since the panel was switched on), read as the controller's data sheet
 * has it; answers `{code}`. `POST paper`: all bytes that the printer got, read by an independent reader of ESC/POS; answers `OnPaper`.
 */
export function cameraRoutes(): readonly Route[] {
  let panel = new Controller(ST7789);
  const glass = async ({ body, query }: HttpRequest) => {
    if (query.has("new")) panel = new Controller(ST7789);
    const shown = panel.take(tapeOf(transfersIn(Buffer.from(body).toString()))).glass();
    return { status: 200, body: { code: shown && (await zbarRead(framePng(shown))) } };
  };
  return [
    { method: "POST", path: "/glass", answer: glass },
    { method: "POST", path: "/paper", answer: async ({ body }) => ({ status: 200, body: await onPaper(body) }) },
  ];
}

/** A ticket counts when it is cut off. Rejects when the bytes are no ESC/POS. */
async function onPaper(bytes: Uint8Array): Promise<OnPaper> {
  const roll = unrolled(bytes);
  const tickets = roll.tickets.slice(0, roll.marks.filter(({ did }) => did === "cut").length);
  return { tickets: tickets.length, codes: await Promise.all(tickets.map(readPaper)) };
}
