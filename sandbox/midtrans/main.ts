import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemChance } from "../../host/chance.ts";
import { utcClock } from "../../host/clock.ts";
import { type Log, silentLog } from "../../host/log.ts";
import { startSandbox } from "../phone/start.ts";

const USAGE = `Midtrans' stand-in: the QRIS calls of Core API and BI-SNAP, notifications, faults, and a customer's phone. No real money.

  --port N                 8790 when absent; 0 takes any free port
  --host ADDRESS           127.0.0.1 when absent
  --server-key KEY         what clients must send; SB-Mid-server-sandbox when absent
  --merchant-id ID         G490526303 when absent
  --merchant ID=KEY        one more merchant, with books of its own; may be given again
  --notification-url URL   the dashboard's notification address
  --speed N                makes Midtrans' times N times shorter: at 60 a 15-minute code lasts 15 seconds
  --keep N                 transactions that it remembers of each merchant; 20000 when absent
  --anywhere               notifies, and looks at, other machines too
  --json                   one line with all addresses, and the keys of BI-SNAP, instead of words
  --help                   this
`;

const OPTIONS = {
  port: { type: "string", default: "8790" },
  host: { type: "string", default: "127.0.0.1" },
  "server-key": { type: "string", default: "SB-Mid-server-sandbox" },
  "merchant-id": { type: "string", default: "G490526303" },
  "notification-url": { type: "string" },
  merchant: { type: "string", multiple: true },
  speed: { type: "string", default: "1" },
  keep: { type: "string", default: "20000" },
  anywhere: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export type Settings = {
  readonly port: number;
  readonly host: string;
  readonly serverKey: string;
  readonly merchantId: string;
  readonly speed: number;
  readonly keep: number;
  readonly anywhere: boolean;
  readonly notificationUrl?: string;
  readonly json: boolean;
  readonly others: readonly { readonly merchantId: string; readonly serverKey: string }[];
};

/** Total: a command line that cannot be read is `bad`, and says why. */
export function readSettings(args: readonly string[]): Settings | { readonly bad: string } {
  try {
    const values = parse(args);
    return values.help ? { bad: USAGE } : settingsOf(values);
  } catch (error) {
    return { bad: `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}` };
  }
}

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;

function settingsOf(values: ReturnType<typeof parse>): Settings | { readonly bad: string } {
  const { merchant: more = [], host, anywhere, json, "notification-url": url } = values;
  const port = Number(values.port);
  const speed = Number(values.speed);
  const keep = Number(values.keep);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return { bad: `--port ${values.port}: 0 to 65535\n` };
  if (!(speed >= 0.01 && speed <= 100_000)) return { bad: `--speed ${values.speed}: 0.01 to 100000\n` };
  if (!Number.isInteger(keep) || keep < 1 || keep > 1_000_000) return { bad: `--keep ${values.keep}: 1 to 1000000\n` };
  if (url !== undefined && !URL.canParse(url)) return { bad: `--notification-url ${url}: not an address\n` };
  const others = more.flatMap(merchantIn);
  if (others.length < more.length) return { bad: `--merchant ${more.join(" ")}: ID=KEY\n` };
  const keys = { serverKey: values["server-key"], merchantId: values["merchant-id"] };
  return {
    port,
    host,
    speed,
    keep,
    anywhere,
    json,
    others,
    ...keys,
    ...(url === undefined ? {} : { notificationUrl: url }),
  };
}

/** `ID=KEY`; nothing for all else. */
function merchantIn(text: string): Settings["others"] {
  const [, merchantId, serverKey] = /^([\w.-]{1,64})=([\w.-]{1,100})$/.exec(text) ?? [];
  return merchantId === undefined || serverKey === undefined ? [] : [{ merchantId, serverKey }];
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  if ("bad" in settings) {
    const isHelp = settings.bad === USAGE;
    (isHelp ? process.stdout : process.stderr).write(settings.bad);
    process.exitCode = isHelp ? 0 : 64;
    return;
  }
  const random = systemChance;
  const sandbox = await startSandbox({ ...settings, clock: utcClock(), random, log: lineLog });
  const { url: midtrans, serverKey, phone, snap, merchants } = sandbox;
  const keys = merchants
    .map((each) => `server key:          ${each.serverKey}   (merchant ${each.merchantId})\n`)
    .join("");
  const words = `Midtrans' stand-in: ${midtrans}\n${keys}customer's phone:    ${phone}/\n`;
  process.stdout.write(settings.json ? `${JSON.stringify({ midtrans, serverKey, phone, snap, merchants })}\n` : words);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void sandbox.close());
}

/** Only what goes wrong is worth a line here. */
const lineLog: Log = {
  ...silentLog,
  warn: (what, facts) => void process.stderr.write(`${what}: ${JSON.stringify(facts ?? {})}\n`),
  error: (what, facts) => void process.stderr.write(`${what}: ${JSON.stringify(facts ?? {})}\n`),
  child: () => lineLog,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
