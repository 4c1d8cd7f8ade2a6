import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PostgresPlace } from "../../../journal/postgres/client.ts";
import type { CounterShop } from "../../support/counter-shop.ts";
import { needs } from "../../support/needs.ts";

const GUIDE = readFileSync(join(import.meta.dirname, "../../../docs/backup.md"), "utf8");

/** What stands in docs/backup.md between "```sh title" and "```", or another kind of block. */
export function blockOf(title: string, kind = "sh"): string {
  const block = new RegExp(`^\`\`\`${kind} ${title}\n(.*?)^\`\`\`$`, "ms").exec(GUIDE)?.[1];
  if (block === undefined) throw new Error(`docs/backup.md has no ${kind} for "${title}"`);
  return block;
}

/** Runs the commands that stand in the guide under this title, on the server of this place. */
export function follow(title: string, place: PostgresPlace, words: Readonly<Record<string, string>>): void {
  const path = `${dirname(realpathSync(needs("postgresql")))}:${process.env["PATH"]}`;
  const server = { PGHOST: place.host, PGPORT: String(place.port), PGUSER: place.user };
  const env = { ...process.env, PATH: path, ...server, ...words };
  execFileSync("sh", ["-e", "-c", blockOf(title)], { env, stdio: ["ignore", "ignore", "pipe"] });
}

/** Has the shop's next backends keep their books in this database. */
export function keepBooksIn({ site }: CounterShop, { user, host, database }: PostgresPlace): void {
  const url = `postgres://${user}@localhost/${database}?host=${host}`;
  const text = readFileSync(site.config, "utf8");
  writeFileSync(site.config, text.replace(/^(file|url) = "(.*ledger\.sqlite|postgres:.*)"$/m, `url = "${url}"`));
}
