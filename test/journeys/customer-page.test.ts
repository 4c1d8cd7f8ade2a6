import { expect, test } from "vitest";
import { readQrImage } from "../../backend/providers/qr-image.ts";
import { claimCodeOf } from "../../protocol/ids.ts";
import { readPage } from "./customer.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* What a customer reads on the page whose address the stand shows, from the charge to the money's way back. */

const open = (): Promise<Rig> => openRig({ pages: true });

test("the customer whose goods did not come out scans the glass, reads that it is owed, and then that staff gave the money back", async () => {
  const rig = await open();
  const { order, qr } = await rig.orders();
  const page = rig.stand.front?.order.page;
  expect(await readPage(page)).toContain("Please pay");
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.endsWell();
  expect(readQrImage(rig.stand.glass ?? new Uint8Array())).toBe(page);
  const owed = await readPage(page);
  for (const word of ["Your money is on record", "could not give out", claimCodeOf(order), order]) {
    expect(owed).toContain(word);
  }
  await rig.backend.backend.cashier.decide(order, { type: "remedied", how: "refunded", by: "Sari", why: "in cash" });
  expect(await readPage(page)).toMatch(/Your money has been returned[\s\S]*The operator has given it back/);
});

test("the page is there when the backend has been started anew, and the stand knows it when it has", async () => {
  const rig = await open();
  const { order, qr } = await rig.orders();
  const page = rig.stand.front?.order.page;
  await rig.backend.restart();
  await rig.stand.kill("same-boot");
  await rig.stand.start();
  await rig.ready();
  expect(rig.stand.front?.order.page).toBe(page);
  expect(await readPage(page)).toContain("Please pay");
  await rig.pays(qr);
  await rig.backendIs("delivered", order);
  expect(await readPage(page)).toContain("Done. Thank you");
});
