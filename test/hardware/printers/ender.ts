import { ports } from "./printing.ts";

/** `ender.js usb|serial exit|close|throw`: fills a printer that reads nothing, says so, and ends in that way. */
const [port, how] = process.argv.slice(2);
const wire = await ports[port === "serial" ? "serial" : "usb"]();
for (let filled = 0; filled < 20 && (await wire.write(new Uint8Array(8_192), 200)) === "sent"; filled += 1);
const writing = wire.write(new Uint8Array(100_000), 600_000);
process.stdout.write("full\n");
await new Promise((resolve) => setTimeout(resolve, 100));
if (how === "throw") throw new Error("as was asked for");
if (how === "exit") process.exit(0);
await wire.close();
await writing;
