import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { needs } from "./needs.ts";
import { pause } from "./until.ts";

export type MosquittoSetup = {
  /** Its configuration's file. */
  readonly config: string;
  /** Where it listens. */
  readonly port: number;
  readonly host?: string;
  /** Logs every packet, whatever the file says of it. */
  readonly isChatty?: true;
};

/** A real Mosquitto, with as many descriptors as the system lets it have: Debian's unit says LimitNOFILE too. */
export type MosquittoProcess = {
  /** What it has said since its last start; the end of it, where that is much. */
  readonly said: string;
  /** SIGHUP. */
  readAnew(): void;
  /** Resolves when it is gone; it may be gone already. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Ends it, as systemd would unless `signal` says otherwise, and starts it again by the same file. */
  restart(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
};

const START_WITHIN_MS = 20_000;
const SAID_KEPT = 4_000_000;

/** Resolves when it takes connections. Rejects with what it said when it ends before, or is late. */
export async function runMosquitto(setup: MosquittoSetup): Promise<MosquittoProcess> {
  let running = await start(setup);
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    const { child } = running;
    if (hasEnded(child)) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  return {
    get said() {
      return running.said();
    },
    readAnew: () => void running.child.kill("SIGHUP"),
    end,
    restart: async (signal = "SIGTERM") => {
      await end(signal);
      running = await start(setup);
    },
  };
}

type Running = { readonly child: ChildProcess; said(): string };

async function start({ config, port, host = "localhost", isChatty }: MosquittoSetup): Promise<Running> {
  const words = [...(isChatty ? ["-v"] : []), "-c", config];
  const line = 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';
  const child = spawn("sh", ["-c", line, needs("mosquitto"), ...words], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-SAID_KEPT);
  });
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await answers(port, host))) {
    if (hasEnded(child) || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`mosquitto did not start: ${said.slice(-4_000)}`);
    }
    await pause(10);
  }
  return { child, said: () => said };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const answers = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
