import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import { type BackendsParts, FleetBackend, type Ways } from "./backends.ts";
import type { FleetBroker } from "./broker.ts";
import { idOf, type StandPapers } from "./stand.ts";

/** What a fleet needs before anybody sells, and a crowd too. */

/** What is to be ended, the last first. */
export type Ends = (() => Promise<unknown> | unknown)[];

/** PostgreSQL runs as another user, and its disk lies below. */
export function openFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}

export const backendNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, nth) => `backend.${nth + 1}`);

export type NewStand = StandPapers & { readonly jwk: PublicJwk };

/** Each with a key of its own, and papers for this broker. */
export const newStands = (count: number, broker: FleetBroker): Promise<readonly NewStand[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, nth) => {
      const { pem, publicJwk: jwk } = newKeyPair();
      return { id: idOf(nth), pem, jwk, broker: await broker.papersFor(idOf(nth)) };
    }),
  );

/** In as many parts as asked for, of the same size or one less. */
export const dealt = <Item>(items: readonly Item[], parts: number): readonly (readonly Item[])[] =>
  Array.from({ length: parts }, (_, part) => items.filter((_, nth) => nth % parts === part));

export type BackendsGround = {
  readonly names: readonly string[];
  /** Where each is spoken to. */
  readonly ports: readonly number[];
  readonly broker: FleetBroker;
  waysOf(name: string): Promise<Ways> | Ways;
};

/** Resolves when every backend serves; what was begun is among `ends` whatever happens. */
export async function startBackends(
  common: BackendsParts,
  { names, ports, broker, waysOf }: BackendsGround,
  ends: Ends,
): Promise<readonly FleetBackend[]> {
  const backends = await Promise.all(
    names.map(async (name, nth) => {
      const ways = await waysOf(name);
      return FleetBackend.at(common, { name, port: ports[nth] ?? 0, papers: await broker.papersFor(name), ways });
    }),
  );
  ends.push(() => Promise.all(backends.map((backend) => backend.stop())));
  await Promise.all(backends.map((backend) => backend.start()));
  return backends;
}
