import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../gateway/main.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { typed } from "../../support/typed.ts";

/** A stand's files in a folder of the test's own, and its program. */
export class StandFiles {
  readonly folder: string = mkdtempSync(join(tmpdir(), "stand-files-"));
  readonly stand = newKeyPair();
  readonly backend = newKeyPair();

  constructor() {
    this.write("stand.pem", this.stand.pem, 0o600);
    this.write("backend.json", JSON.stringify({ keys: [this.backend.publicJwk] }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string, mode = 0o644): string {
    writeFileSync(this.path(name), text, { mode });
    return this.path(name);
  }

  get journal(): string {
    return this.path("journal.sqlite");
  }

  /** A simulated stand's configuration; `parts` in the place of what a part says by itself. */
  configure(parts: { readonly link?: string; readonly devices?: string; readonly more?: string } = {}): string {
    const devices = 'screen.driver = "simulated"\nprinter.driver = "simulated"\npins.driver = "simulated"';
    return this.write(
      "gateway.toml",
      `${parts.devices ?? devices}
[stand]
id = "lobby-1"
name = "Kopi Lobi"
zone = "WITA"
[link]
${parts.link ?? 'url = "mqtt://127.0.0.1:1"'}
[keys]
private_file = "${this.path("stand.pem")}"
backend_file = "${this.path("backend.json")}"
[journal]
file = "${this.journal}"
[[products]]
id = "coffee"
name = "Kopi susu"
price = 15000
button = "a1"
line = "slot-1"
${parts.more ?? ""}
`,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export type Called = { readonly code: number; readonly out: readonly string[]; readonly err: string };

/** The stand's program, in this process. */
export async function called(...argv: readonly string[]): Promise<Called> {
  const { code, out, err } = await typed(main, argv);
  return { code, out: out.split("\n").slice(0, -1), err };
}
