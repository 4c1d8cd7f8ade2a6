import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../backend/main.ts";
import { typed } from "../support/typed.ts";
import { TOKEN } from "./backend-doors.ts";

/** What a command ended with, and all that it said. */
export type Said = { readonly code: number; readonly out: string };

/** Staff at a terminal: a command of the backend's program, with a configuration that leads to the operator's port. */
export async function atTheTerminal(port: number, argv: readonly string[]): Promise<Said> {
  const folder = mkdtempSync(join(tmpdir(), "terminal-"));
  const config = join(folder, "backend.toml");
  writeFileSync(join(folder, "token"), TOKEN);
  writeFileSync(config, configOf(port, folder));
  try {
    const { code, said: out } = await typed(main, [...argv, "--config", config]);
    return { code, out };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const configOf = (port: number, folder: string): string => `
[journal]
file = "/x"
[link]
url = "mqtt://127.0.0.1:9"
[keys]
private_file = "/x"
[[merchants]]
base_url = "http://127.0.0.1:9"
server_key_file = "/x"
[operator]
port = ${port}
token_file = "${folder}/token"
`;
