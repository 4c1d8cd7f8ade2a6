import type { HttpRequest } from "../../host/http.ts";
import { putNewest } from "../../host/newest.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Body } from "../midtrans/body.ts";
import type { Occasion, Strikes } from "../midtrans/faults.ts";
import { type Case, type SnapOperation, saying } from "./codes.ts";
import type { SnapKeys } from "./keys.ts";
import { isCallBy, isTokenRequestBy } from "./signature.ts";
import { readIso } from "./time.ts";
import type { Tokens } from "./tokens.ts";

export type GateOptions = {
  readonly keys: SnapKeys;
  readonly tokens: Tokens;
  readonly faults: Strikes;
  readonly clock: Clock;
};

/** How far a call's `X-TIMESTAMP` may be off. The documentation asks for freshness and names no bound; this one is ours. */
const OFF_MAX_MS = 10 * 60_000;
const KEPT = 50_000;

type Refused = { readonly name: Case; readonly about: string };

/** Who may call: token, signature, time and headers; and that no `X-EXTERNAL-ID` comes twice, but for a refund's. */
export class Gate {
  readonly #options: GateOptions;
  readonly #used = new Map<string, SnapOperation>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** What a caller without the right to this call hears; `undefined` for all others. */
  refuse(operation: SnapOperation, request: HttpRequest, occasion: Occasion): Body | undefined {
    const refused =
      operation === "token"
        ? this.#ofTokenRequest(request)
        : (this.#ofToken(request, occasion) ?? this.#ofCall(operation, request));
    return refused === undefined ? undefined : saying(operation, refused.name, refused.about);
  }

  /** The id is used up, whatever becomes of the call. */
  use(externalId: string, operation: SnapOperation): void {
    putNewest(this.#used, externalId, operation, KEPT);
  }

  #ofTokenRequest({ headers }: HttpRequest): Refused | undefined {
    const { clientId, merchant } = this.#options.keys;
    const { "x-client-key": client, "x-timestamp": timestamp = "", "x-signature": signature = "" } = headers;
    if (client !== clientId) return unauthorized("Unknown Client");
    if (!this.#isFresh(timestamp)) return unauthorized("X-TIMESTAMP");
    return isTokenRequestBy(clientId, timestamp, signature, merchant.publicKey) ? undefined : unauthorized("Signature");
  }

  #ofToken({ headers }: HttpRequest, occasion: Occasion): Refused | undefined {
    const { tokens, faults } = this.#options;
    const token = tokenIn(headers);
    if (token === undefined) return { name: "401 03", about: "" };
    if (faults.take("token-expired", occasion) !== undefined) tokens.revoke(token);
    return tokens.isGood(token) ? undefined : { name: "401 01", about: "" };
  }

  #ofCall(operation: SnapOperation, { headers, path, body }: HttpRequest): Refused | undefined {
    const { keys } = this.#options;
    const { "x-timestamp": timestamp = "", "x-signature": signature = "" } = headers;
    if (headers["x-partner-id"] !== keys.partnerId) return unauthorized("Unknown Client");
    if (!this.#isFresh(timestamp)) return unauthorized("X-TIMESTAMP");
    const signed = { path, token: tokenIn(headers) ?? "", body, timestamp };
    if (!isCallBy(signed, signature, keys.clientSecret)) return unauthorized("Signature");
    if (!/^\d{5}$/.test(headers["channel-id"] ?? "")) return { name: "400 01", about: "CHANNEL-ID" };
    return this.#ofExternalId(headers["x-external-id"], operation);
  }

  /** A refund has its key for an external id, and is tried again under it: whether it is a repeat is told by the books. */
  #ofExternalId(id: string | undefined, operation: SnapOperation): Refused | undefined {
    if (id === undefined) return { name: "400 02", about: "X-EXTERNAL-ID" };
    if (!/^[A-Za-z0-9_~.-]{1,36}$/.test(id)) return { name: "400 01", about: "X-EXTERNAL-ID" };
    const used = this.#used.get(id);
    if (used === undefined || (used === "refund" && operation === "refund")) return undefined;
    return { name: "409 00", about: "Cannot use same X-EXTERNAL-ID in same day" };
  }

  #isFresh(timestamp: string): boolean {
    const told = readIso(timestamp);
    return told !== undefined && Math.abs(this.#options.clock.wall() - told) <= OFF_MAX_MS;
  }
}

const unauthorized = (about: string): Refused => ({ name: "401 00", about });

const tokenIn = (headers: HttpRequest["headers"]): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers["authorization"] ?? "")?.[1];
