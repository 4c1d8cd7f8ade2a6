import { parseArgs } from "node:util";

export const USAGE = `The whole of it on this machine: a simulated stand, the customer's phone, Midtrans' stand-in, broker and backend.
No keys, no hardware, no real money.

  --port N        of the page; 8780 when absent, or any free one where that is taken; 0 takes any free port
  --broker URL    a broker of your own, mqtt://host:port, instead of the one built in
  --state DIR     keeps keys, configuration, journals and logs there; otherwise they go when the demo ends
  --json          one line with all addresses and the server key, instead of words
  --help          this
`;

/** Where the page is when nobody asks for another place. */
export const USUAL_PORT = 8_780;

const OPTIONS = {
  port: { type: "string" },
  broker: { type: "string" },
  state: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

export type Settings = {
  /** Absent: the usual port, or any free one. */
  readonly port?: number;
  readonly broker?: { readonly host: string; readonly port: number };
  readonly state?: string;
  readonly json: boolean;
};

export type Read =
  | { readonly is: "settings"; readonly settings: Settings }
  | { readonly is: "help" }
  | { readonly is: "bad"; readonly because: string };

/** Total: a command line that cannot be read is `bad`, and says why. */
export function readSettings(args: readonly string[]): Read {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
    if (values.help) return { is: "help" };
    const port = values.port === undefined ? undefined : readPort(values.port);
    const broker = values.broker === undefined ? undefined : readBroker(values.broker);
    if (port === "bad") return { is: "bad", because: `--port ${values.port}: a number from 0 to 65535` };
    if (broker === "bad")
      return { is: "bad", because: `--broker ${values.broker}: write mqtt://host or mqtt://host:1883` };
    const settings = {
      ...(port === undefined ? {} : { port }),
      ...(broker === undefined ? {} : { broker }),
      ...(values.state === undefined ? {} : { state: values.state }),
      json: values.json,
    };
    return { is: "settings", settings };
  } catch (error) {
    return { is: "bad", because: error instanceof Error ? error.message : String(error) };
  }
}

function readPort(text: string): number | "bad" {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : "bad";
}

function readBroker(text: string): { readonly host: string; readonly port: number } | "bad" {
  if (!URL.canParse(text)) return "bad";
  const { protocol, hostname, port, username, password, pathname, search } = new URL(text);
  const isPlain = username === "" && password === "" && search === "" && (pathname === "" || pathname === "/");
  if (protocol !== "mqtt:" || hostname === "" || !isPlain) return "bad";
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 1_883) };
}
