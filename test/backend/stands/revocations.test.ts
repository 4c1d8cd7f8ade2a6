import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { Revocations } from "../../../backend/stands/revocations.ts";
import { tidyStands } from "../../../backend/stands/tidying.ts";
import type { CertificateAuthority } from "../../../host/certificates.ts";
import { silentLog } from "../../../host/log.ts";
import type { ListOptions } from "../../../host/x509.ts";
import { freshStore } from "../../support/stores.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { authority, codeAgain, codeFor, DAY_MS, GATE, LOBBY, newMachine, type Office, openOffice } from "./rig.ts";

/* When the broker's list is made anew, who stands in it, and when its file is written. */

const HOUR_MS = 3_600_000;
let clock: VirtualClock;
let office: Office;
/** What the authority was asked to sign. */
let asked: (ListOptions & { readonly serials: readonly string[] })[];
let revocations: Revocations;
let file: string;
let written: number;

beforeEach(async () => {
  clock = new VirtualClock({ wall: Date.now() });
  office = openOffice(await freshStore());
  asked = [];
  written = 0;
  const signer: CertificateAuthority = {
    ...authority,
    list: (options) => {
      asked.push({ ...options, serials: [...options.revoked].map(({ serial }) => serial) });
      return `list ${asked.length}\n`;
    },
  };
  const folder = mkdtempSync(join(tmpdir(), "revoked-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  file = join(folder, "crl.pem");
  const log = {
    ...silentLog,
    info: () => {
      written += 1;
    },
  };
  revocations = new Revocations({ store: office.store, authority: signer, listMs: 7 * DAY_MS, file, clock, log });
});

const revokes = async (stand: typeof LOBBY): Promise<void> => {
  await office.enrolling.redeem(newMachine().enrols(await codeFor(office, stand)));
  await office.registry.revoke(stand, "stolen");
};

test("a list is made anew when a stand has changed, and every hour, and is good from then on for as long as it should", async () => {
  expect([await revocations.list(), await revocations.list()]).toEqual(["list 1\n", "list 1\n"]);
  clock.pass(HOUR_MS - 1);
  expect(await revocations.list()).toBe("list 1\n");
  clock.pass(1);
  expect(await revocations.list()).toBe("list 2\n");
  await revokes(LOBBY);
  expect(await revocations.list()).toBe("list 3\n");
  const [first, second] = asked;
  expect([first?.untilMs, second?.untilMs].map((untilMs, nth) => (untilMs ?? 0) - (asked[nth]?.nowMs ?? 0))).toEqual([
    7 * DAY_MS,
    7 * DAY_MS,
  ]);
  expect(second?.nowMs).toBe((first?.nowMs ?? 0) + HOUR_MS);
  expect(second?.number).toBeGreaterThan(first?.number ?? 0);
});

test("in it are the certificates that were revoked, and not those that are good, nor those that are over anyway", async () => {
  await revokes(LOBBY);
  await office.enrolling.redeem(newMachine().enrols(await codeAgain(office, LOBBY)));
  await office.enrolling.redeem(newMachine().enrols(await codeFor(office, GATE)));
  await revocations.list();
  const gone = await office.store
    .selectFrom("stand_certificates")
    .where("revoked_ms", "is not", null)
    .selectAll()
    .execute();
  expect(gone).toHaveLength(1);
  expect(asked.at(-1)?.serials).toEqual(gone.map(({ serial }) => serial));
  clock.pass(91 * DAY_MS);
  await revocations.list();
  expect(asked.at(-1)?.serials).toEqual([]);
});

test("however many ask at once, it is made once; and after a store that did not answer it is asked for anew", async () => {
  const lists = await Promise.all(Array.from({ length: 10 }, () => revocations.list()));
  expect([new Set(lists).size, asked.length]).toEqual([1, 1]);
  await office.store.schema.alterTable("stand_revisions").renameTo("away").execute();
  await expect(revocations.list()).rejects.toThrow("stand_revisions");
  await office.store.schema.alterTable("away").renameTo("stand_revisions").execute();
  expect(await revocations.list()).toBe("list 1\n");
});

test("its file is whole, and is written when the list has changed and not else", async () => {
  for (let nth = 0; nth < 3; nth += 1) await revocations.write();
  expect([readFileSync(file, "utf8"), written]).toEqual(["list 1\n", 1]);
  await revokes(LOBBY);
  await revocations.write();
  expect([readFileSync(file, "utf8"), written]).toEqual(["list 2\n", 2]);
  expect(readdirSync(join(file, ".."))).toEqual(["crl.pem"]);
});

test("codes and certificates are put away a month after their time, and not before", async () => {
  await office.enrolling.redeem(newMachine().enrols(await codeFor(office, LOBBY)));
  const left = async () => {
    const codes = await office.store.selectFrom("stand_codes").selectAll().execute();
    const papers = await office.store.selectFrom("stand_certificates").select("pem").execute();
    return [codes.length, papers.filter(({ pem }) => pem !== "").length];
  };
  await tidyStands(office.store, office.wall + 30 * DAY_MS);
  expect(await left()).toEqual([1, 1]);
  await tidyStands(office.store, office.wall + 31 * DAY_MS);
  expect(await left()).toEqual([0, 1]);
  await tidyStands(office.store, office.wall + 119 * DAY_MS);
  expect(await left()).toEqual([0, 1]);
  await tidyStands(office.store, office.wall + 121 * DAY_MS);
  expect(await left()).toEqual([0, 0]);
});
