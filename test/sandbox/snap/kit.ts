import { createHash, createHmac, createSign } from "node:crypto";
import type { SnapAccess } from "../../../sandbox/snap/access.ts";
import type { Json } from "../midtrans/kit.ts";

export type Answer = { readonly status: number; readonly json: Json };
export type Headers = Readonly<Record<string, string | undefined>>;

/** Now, in Indonesia. */
export const stamp = (wall: number): string => `${new Date(wall + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`;

/** A BI-SNAP client without any wit of its own; `headers` are put over what it would send, `undefined` takes one away. */
export class Client {
  readonly #snap: SnapAccess;
  readonly #wall: () => number;
  #calls = 0;

  constructor(snap: SnapAccess, wall: () => number) {
    this.#snap = snap;
    this.#wall = wall;
  }

  async token(headers: Headers = {}, body: object = { grantType: "client_credentials" }): Promise<Answer> {
    const { clientId, privateKey } = this.#snap;
    const timestamp = stamp(this.#wall());
    const signature = createSign("RSA-SHA256").update(`${clientId}|${timestamp}`).sign(privateKey, "base64");
    const own = { "x-client-key": clientId, "x-timestamp": timestamp, "x-signature": signature };
    return this.#post("/v1.0/access-token/b2b", JSON.stringify(body), { ...own, ...headers });
  }

  /** `body` as text is sent as it is, and signed as `signed`, which is what it becomes without white space. */
  async call(
    name: string,
    token: string,
    body: object | string,
    headers: Headers = {},
    signed?: string,
  ): Promise<Answer> {
    const path = `/v1.0/qr/qr-mpm-${name}`;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const digest = createHash("sha256")
      .update(signed ?? text)
      .digest("hex");
    const timestamp = stamp(this.#wall());
    const toSign = `POST:${path}:${token}:${digest}:${timestamp}`;
    this.#calls += 1;
    return this.#post(path, text, {
      authorization: `Bearer ${token}`,
      "x-timestamp": timestamp,
      "x-signature": createHmac("sha512", this.#snap.clientSecret).update(toSign).digest("base64"),
      "x-partner-id": this.#snap.partnerId,
      "x-external-id": `call-${this.#calls}`,
      "channel-id": "12345",
      ...headers,
    });
  }

  async #post(path: string, body: string, headers: Headers): Promise<Answer> {
    const sent = Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])));
    const answer = await fetch(this.#snap.base + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...sent },
      body,
    });
    const text = await answer.text();
    return { status: answer.status, json: text.startsWith("{") ? JSON.parse(text) : text };
  }
}
