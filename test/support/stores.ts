import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, onTestFinished } from "vitest";
import { openStore, type Store, type StoreOptions, type StorePlace } from "../../backend/store/store.ts";
import { steadyClock } from "../../host/clock.ts";
import type { PostgresPlaces } from "./postgres.ts";
import { sharedPostgres } from "./shared-postgres.ts";

/** A place for a store that nobody has used. */
export type StoreTestPlace = {
  readonly place: StorePlace;
  /** Opens it, as one more process would; closed when the test is over. */
  open(options?: Partial<Pick<StoreOptions, "migrations" | "clock">>): Promise<Store>;
};

export type StoreSuite = (freshStore: () => Promise<Store>, freshPlace: () => Promise<StoreTestPlace>) => void;

/** Runs the same tests on a file and on a real PostgreSQL. Each test asks for what it needs; nothing is left from another. */
export function storeSuites(title: string, suite: StoreSuite): void {
  describe(`${title}, in a file`, () => {
    const freshPlace = async (): Promise<StoreTestPlace> => placeOf({ file: join(ownFolder(), "fleet.sqlite") });
    suite(async () => (await freshPlace()).open(), freshPlace);
  });
  describe(`${title}, in PostgreSQL`, () => {
    let server: PostgresPlaces;
    beforeAll(async () => {
      server = await sharedPostgres();
    }, 60_000);
    const freshPlace = async (): Promise<StoreTestPlace> => placeOf({ postgres: await server.newPlace() });
    suite(async () => (await freshPlace()).open(), freshPlace);
  });
}

/** A store in a file, for tests to which it is all the same where it lies. */
export const freshStore = (): Promise<Store> => placeOf({ file: join(ownFolder(), "fleet.sqlite") }).open();

function placeOf(place: StorePlace): StoreTestPlace {
  return {
    place,
    open: async (options = {}) => {
      const store = await openStore({ place, clock: steadyClock("test"), ...options });
      onTestFinished(() => store.destroy());
      return store;
    },
  };
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qris-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
