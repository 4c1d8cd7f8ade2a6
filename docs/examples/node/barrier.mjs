#!/usr/bin/env node
// A parking barrier: works out what a ticket costs, has it paid at the stand, whose relay opens the barrier.
//
//     barrier.mjs P-000117 --entered 2026-11-21T09:12 [--left 2026-11-21T11:40] [--socket PATH]
//
// Exit code 0: the barrier opened. 2: not paid. 3: paid, and not or not surely opened: call the staff.
import { parseArgs } from "node:util";
import { Refused, SOCKET, Stand } from "./stand.mjs";

const FIRST_HOUR = 5_000;
const EACH_NEXT = 3_000;

const options = { entered: { type: "string" }, left: { type: "string" }, socket: { type: "string", default: SOCKET } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [ticket] = positionals;

const left = values.left === undefined ? Date.now() : Date.parse(values.left);
const hours = Math.max(1, Math.ceil((left - Date.parse(values.entered)) / 3_600_000));
const price = FIRST_HOUR + EACH_NEXT * (hours - 1);

const stand = new Stand(values.socket);
process.exitCode = await sell();

async function sell() {
  let order;
  try {
    order = await orderFor({
      amount: price,
      items: [{ product: "parking", name: `Parkir ${hours} jam`, price }],
      release: { line: "barrier", pulse_ms: 800 },
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    return 2;
  }
  console.log(`Rp ${order.amount}: order ${order.id}`);
  for await (order of stand.follow(order.id)) console.log(order.state);
  if (order.state === "delivered") return 0;
  console.error(`${order.because}; claim code ${order.claim_code}`);
  return order.state === "troubled" ? 3 : 2;
}

/** The order in which this ticket is, or can be, paid. One that was cancelled or ran out is followed by another. */
async function orderFor(wish) {
  for (let attempt = 1; ; attempt += 1) {
    const order = await placed({ ...wish, reference: `${ticket}.${attempt}` });
    if (order.state !== "closing" && order.state !== "closed") return order;
  }
}

async function placed(wish) {
  try {
    return await stand.place(wish);
  } catch (error) {
    // Begun before we crashed, and cheaper then: what was asked for first stands.
    if (!(error instanceof Refused && error.error === "other-order")) throw error;
    return error.body.order;
  }
}
