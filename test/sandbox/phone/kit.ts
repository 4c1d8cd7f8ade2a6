import { serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import type { StartOptions } from "../../../sandbox/midtrans/start.ts";
import { type SandboxWithPhone, startSandbox } from "../../../sandbox/phone/start.ts";
import { SNAP_KEYS } from "../../support/snap-keys.ts";
import { closeLater, type Json, realClock, SERVER_KEY, seeded } from "../midtrans/kit.ts";

export async function startPhone(options: Partial<StartOptions> = {}): Promise<SandboxWithPhone> {
  const defaults = {
    port: 0,
    clock: realClock,
    random: seeded(1),
    log: silentLog,
    serverKey: SERVER_KEY,
    snapKeys: SNAP_KEYS,
  };
  const sandbox = await startSandbox({ ...defaults, ...options });
  closeLater(() => sandbox.close());
  return sandbox;
}

/** What the phone answers to JSON, or to a PNG. */
export async function tell(sandbox: SandboxWithPhone, path: string, body: object | Uint8Array): Promise<Json> {
  const isPicture = body instanceof Uint8Array;
  const headers = { "content-type": isPicture ? "image/png" : "application/json" };
  const answer = await fetch(`${sandbox.phone}/${path}`, {
    method: "POST",
    headers,
    body: isPicture ? body : JSON.stringify(body),
  });
  return answer.json();
}

/** A stand that shows this picture; answers its base address. */
export async function startStand(picture: () => Uint8Array): Promise<string> {
  const answer = async () => ({ status: 200, headers: { "content-type": "image/png" }, body: picture() });
  const routes = [{ method: "GET", path: "/stand/screen.png", answer } as const];
  const server = await serve({ port: 0, clock: realClock, log: silentLog, closeWithinMs: 100, routes });
  closeLater(() => server.close());
  return `${server.url}/stand`;
}

/** A shop's page where payers come back to; answers its address. */
export async function startShop(): Promise<string> {
  const page = '<!doctype html><html lang="id"><head><link rel="icon" href="data:,"><title>Toko</title></head></html>';
  const answer = async () => ({ status: 200, headers: { "content-type": "text/html" }, body: page });
  const routes = [{ method: "GET", path: "/done", answer } as const];
  const server = await serve({ port: 0, clock: realClock, log: silentLog, closeWithinMs: 100, routes });
  closeLater(() => server.close());
  return `${server.url}/done`;
}
