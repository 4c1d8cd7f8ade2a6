import { openSync, readSync } from "node:fs";
import { join } from "node:path";

/** `relay-watch.js LINE`: says `1 MS` and `0 MS` whenever the line's level has changed, in milliseconds since boot. Does nothing else, so that it is on time. */
const fd = openSync(join(process.env["LAB_GPIO"] ?? "", `sim_gpio${process.argv[2]}`, "value"), "r");
const buffer = Buffer.alloc(8);
const EVERY_MS = 4;
let last = 0;

function look(): void {
  readSync(fd, buffer, 0, buffer.length, 0);
  const level = buffer[0] === 0x31 ? 1 : 0;
  if (level !== last) process.stdout.write(`${level} ${Number(process.hrtime.bigint()) / 1e6}\n`);
  last = level;
}

setInterval(look, EVERY_MS);
process.stdout.write("watching\n");
