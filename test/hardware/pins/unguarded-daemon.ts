import { HEADER_CHIPS } from "../../../device/pins/chips.ts";
import { openLines, ways } from "../../../gateway/lines.ts";

/** `unguarded-daemon.js WAY LINE MS`: what a daemon without a guard would do. It closes the contact itself, says so, and means to open it in time. */
const [, , named, line, ms] = process.argv;
const way = ways.find((each) => each === named) ?? "auto";
const contact = openLines(way, HEADER_CHIPS).output({ line: Number(line), activeLow: false });
contact.set(true);
process.stdout.write("closed\n");
setTimeout(() => contact.close(), Number(ms));
