#!/usr/bin/env node
// A vending controller: has a slot paid at the stand, turns the slot's motor itself, and says how that went.
//
//     vending.mjs SALE SLOT --motor PROGRAM --memory FOLDER [--socket PATH]
//
// SALE names this sale and no other; after a crash the controller asks again with the same. PROGRAM turns the motor of the
// slot that it gets as its argument, and ends with 0 when the goods fell. FOLDER outlives a power cut.
// Exit code 0: delivered. 2: not paid. 3: paid, and not or not surely delivered: call the staff.
import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Refused, SOCKET, Stand } from "./stand.mjs";

const PRODUCTS = {
  1: { product: "cola", name: "Cola 330 ml", price: 6_000 },
  2: { product: "water", name: "Air mineral", price: 4_000 },
};
// For the motor, and for a stand that restarts meanwhile.
const WINDOW_MS = 60_000;

const options = {
  motor: { type: "string" },
  memory: { type: "string" },
  socket: { type: "string", default: SOCKET },
};
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [sale, slot] = positionals;
const item = PRODUCTS[slot];

const stand = new Stand(values.socket);
process.exitCode = await sell();

async function sell() {
  let order;
  try {
    order = await stand.place({
      amount: item.price,
      items: [item],
      reference: sale,
      release: { by: "controller", window_ms: WINDOW_MS },
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    return 2;
  }
  for await (order of stand.follow(order.id)) {
    console.log(order.state);
    if (order.state === "releasing") await release(order);
  }
  if (order.state === "delivered") return 0;
  console.error(`${order.because}; claim code ${order.claim_code}`);
  return order.state === "troubled" ? 3 : 2;
}

async function release({ id, release: { id: releaseId } }) {
  if (!(await isFirst(releaseId))) {
    // The motor was started before, by us, and we do not know how that ended. It is not started again, and nothing is
    // claimed: the window ends, and a person looks.
    console.error(`release ${releaseId} was begun before`);
    return;
  }
  const fell = await turnMotor();
  const outcome = fell ? { outcome: "delivered", confirmed: true } : { outcome: "failed", because: "nothing fell" };
  try {
    await stand.answer(id, releaseId, outcome);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
  }
}

/** Writes down that this release begins, on the disk before the motor moves; false where it stands there already. */
async function isFirst(releaseId) {
  try {
    const file = await open(join(values.memory, releaseId), "wx");
    await file.sync();
    await file.close();
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  const folder = await open(values.memory, "r");
  await folder.sync();
  await folder.close();
  return true;
}

function turnMotor() {
  return new Promise((resolve, reject) => {
    const motor = spawn(values.motor, [slot], { stdio: "inherit" });
    motor.on("error", reject);
    motor.on("close", (code) => resolve(code === 0));
  });
}
