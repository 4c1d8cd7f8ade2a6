import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needs } from "./needs.ts";

/** Files of a certificate and its key, PEM. */
export type Papers = { readonly cert_file: string; readonly key_file: string };

export type Authority = {
  readonly folder: string;
  readonly ca_file: string;
  /** Certificates that are not good any more; made anew by `revoke`. */
  readonly crl_file: string;
  /** For who answers under `localhost`. */
  readonly broker: Papers;
  /** For who asks. `from` and `to` are UTC, `YYYYMMDDHHMMSSZ`. A second one for the same name takes the first's place. */
  client(name: string, when?: { readonly from: string; readonly to: string }): Papers;
  revoke(name: string): void;
  close(): void;
};

const DEPLOY = join(import.meta.dirname, "../../deploy");

/** The commands of deploy/README.md between "```sh title" and "```". */
function commandsOf(title: string): string {
  const text = readFileSync(join(DEPLOY, "README.md"), "utf8");
  const found = new RegExp(`^\`\`\`sh ${title}\n(.*?)^\`\`\`$`, "ms").exec(text)?.[1];
  if (found === undefined) throw new Error(`deploy/README.md has no commands for "${title}"`);
  return found;
}

/** An authority as deploy/README.md tells to make one, with the commands that stand there. */
export function openAuthority(): Authority {
  needs("openssl");
  const folder = mkdtempSync(join(tmpdir(), "authority-"));
  copyFileSync(join(DEPLOY, "openssl.cnf"), join(folder, "openssl.cnf"));
  const follow = (title: string, changed: (commands: string) => string): void => {
    execFileSync("sh", ["-e", "-c", changed(commandsOf(title))], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  const papers = (name: string): Papers => ({
    cert_file: join(folder, `${name}.pem`),
    key_file: join(folder, `${name}-key.pem`),
  });
  follow("authority", String);
  follow("broker", (commands) => commands.replace("broker.example.id", "localhost"));
  return {
    folder,
    ca_file: join(folder, "ca.pem"),
    crl_file: join(folder, "crl.pem"),
    broker: papers("broker"),
    client: (name, when) => {
      const dates = when === undefined ? "" : `-startdate ${when.from} -enddate ${when.to} `;
      follow("client", (commands) =>
        commands.replace("lobby-1", `'${name}'`).replace("openssl ca ", `openssl ca ${dates}`),
      );
      return papers(name);
    },
    revoke: (name) => follow("revoke", (commands) => commands.replace("lobby-1", `'${name}'`)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
