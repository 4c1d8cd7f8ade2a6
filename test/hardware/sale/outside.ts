import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orderOf } from "../../../backend/ledger/words.ts";
import type { MerchantId } from "../../../backend/providers/provider.ts";
import { utcClock } from "../../../host/clock.ts";
import { type Route, serve } from "../../../host/http.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../../protocol/keys.ts";
import { startBroker } from "../../../sandbox/broker.ts";
import { startSandbox } from "../../../sandbox/phone/start.ts";
import { BackendRig } from "../../journeys/backend-rig.ts";
import { Diary } from "../../journeys/diary.ts";
import { MerchantRig } from "../../journeys/merchant-rig.ts";
import { moneyOf } from "../../journeys/money.ts";
import { SNAP_KEYS } from "../../support/snap-keys.ts";
import { Place } from "../../world/house.ts";
import { seeded } from "../../world/seeded.ts";
import { cameraRoutes } from "./camera.ts";
import { type Given, STAND } from "./stand-config.ts";
import { type Overheard, wireTap } from "./wire-tap.ts";

/** How the virtual machine sees the host, see lab/README.md. */
const HOST = "10.0.2.2";
/** All that goes over the bus of a panel, at the pace of a slow processor. */
const DOOR = { bodyLimitBytes: 2 ** 26, requestTimeoutMs: 120_000, idleTimeoutMs: 120_000 };
const WAIT_MS = 5_000;
const SERVER_KEY = "SB-Mid-server-hardware-0001";

/** What the world knows of an order: how it stands in the backend's books, and how often Midtrans was paid for it. */
export type Known = {
  readonly order: OrderId;
  readonly at: string;
  /** Why it is owed, or refused. */
  readonly because?: string;
  readonly paid: number;
};

/**
 * All that a stand needs of the world, outside its virtual machine, so that no power cut reaches it: broker, Midtrans' stand-in
 * with the customer's phone, and the backend.
 */
export type Outside = {
  /** Holds what a stand is given by hand, see `Given`. */
  readonly folder: string;
  readonly diary: Diary;
  readonly backend: BackendRig;
  readonly clients: () => readonly string[];
  /** Newest first. */
  known(): Promise<readonly Known[]>;
  /** The customer pays what this code asks for; false when nothing can be paid by it. */
  pay(qr: string): Promise<boolean>;
  /** What can be paid at this moment. */
  payable(): readonly string[];
  /** Has a button pressed, where the stand's machine asks what to press. */
  press(button: string): void;
  /** What was to be pressed is not wanted any more. */
  forget(): void;
  close(): Promise<void>;
};

/** `hear`: told of every statement between stand and backend. */
export async function openOutside(hear: (overheard: Overheard) => void = () => undefined): Promise<Outside> {
  const [place, diary, random] = [new Place(), new Diary(), seeded(7)];
  const clock = utcClock();
  let tap: ReturnType<typeof wireTap> = () => undefined;
  const onPublish = (topic: string, payload: Uint8Array): void => tap(topic, payload);
  const broker = await startBroker({ port: 0, log: diary.logOf("broker"), onPublish });
  const midtrans = await startSandbox({
    ...{ port: 0, serverKey: SERVER_KEY, snapKeys: { ...SNAP_KEYS } },
    ...{ clock, random, log: diary.logOf("midtrans") },
  });
  const pair = newKeyPair();
  const backend = new BackendRig({
    ...{ place, clock, random, log: diary.logOf("backend") },
    ...{ broker, midtransPort: midtrans.port, timeoutMs: 15_000, pages: false },
    merchants: [new MerchantRig("main", midtrans.accounts.first, {})],
    sellers: new Map([[STAND, "main" as MerchantId]]),
    standKeys: () => keySetOf([{ owner: STAND, jwk: pair.publicJwk }]),
    terms: { firstAskMs: 10_000, policies: { late: "hold", failed: "hold" } },
  });
  const standKeys = { owner: STAND, jwk: pair.publicJwk };
  tap = wireTap(keySetOf([standKeys, { owner: "backend", jwk: backend.key.publicJwk }]), hear);
  await backend.start();

  const known = async (): Promise<readonly Known[]> =>
    (await backend.states()).map((state) => {
      const order = orderOf(state);
      const because = "because" in state ? { because: state.because } : {};
      return { order, at: state.at, paid: moneyOf(midtrans, order).times, ...because };
    });
  const pay = async (qr: string): Promise<boolean> => {
    const answer = await fetch(`${midtrans.phone}/pay`, { method: "POST", body: JSON.stringify({ qr }) });
    return ((await answer.json()) as { readonly paid: boolean }).paid;
  };
  const finger = new Finger();
  const folder = mkdtempSync(join(tmpdir(), "qris-outside-"));
  const routes = [...routesOf({ known, pay }, finger), ...cameraRoutes()];
  const door = await serve({ ...DOOR, routes, port: 0, clock, log: diary.logOf("door") });
  const given: Given = {
    broker: `mqtt://${HOST}:${broker.port}`,
    door: `http://${HOST}:${door.port}`,
    standKey: pair.pem,
    backendKeys: { keys: [backend.key.publicJwk] },
  };
  writeFileSync(join(folder, "given.json"), JSON.stringify(given));
  return {
    ...{ folder, diary, backend, known, pay, clients: broker.clients },
    payable: () =>
      midtrans.accounts
        .transactions()
        .flatMap(({ transaction: { standing, qr } }) => (standing === "pending" ? [qr] : [])),
    press: (button) => finger.press(button),
    forget: () => finger.forget(),
    close: async () => {
      await backend.close();
      await Promise.all([door.close(), midtrans.close(), broker.close()]);
      place.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What is to be pressed, for a machine that asks and waits. */
class Finger {
  readonly #pressed: string[] = [];
  #wake: () => void = () => undefined;

  press(button: string): void {
    this.#pressed.push(button);
    this.#wake();
  }

  forget(): void {
    this.#pressed.length = 0;
  }

  /** Undefined when nobody has wanted anything for a while. */
  async next(): Promise<string | undefined> {
    if (this.#pressed.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, WAIT_MS).unref();
      });
    }
    return this.#pressed.shift();
  }
}

/** What the stand's machine may ask the world: `GET orders`, `POST pay` with a code, and `GET finger`, which button is to be pressed now. */
const routesOf = ({ known, pay }: Pick<Outside, "known" | "pay">, finger: Finger): readonly Route[] => [
  { method: "GET", path: "/finger", answer: async () => ({ status: 200, body: { press: await finger.next() } }) },
  { method: "GET", path: "/orders", answer: async () => ({ status: 200, body: { orders: await known() } }) },
  {
    method: "POST",
    path: "/pay",
    answer: async ({ body }) => ({ status: 200, body: { paid: await pay(Buffer.from(body).toString()) } }),
  },
];
