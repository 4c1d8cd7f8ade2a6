import { request } from "node:http";
import { connect } from "node:net";

export type Asking = {
  readonly method: string;
  /** As it is to stand in the request line; what HTTP does not allow there must be escaped already. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

/** `cut`: the connection ended without a whole answer. */
export type Got =
  | { readonly is: "answer"; readonly status: number; readonly type: string; readonly text: string }
  | { readonly is: "cut" };

const PATIENCE_MS = 10_000;

/** Asks without any of the politeness of a client: nothing is checked, tidied or repeated. */
export function ask(base: string, { method, path, headers = {}, body = "" }: Asking): Promise<Got> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    const cut = (): void => resolve({ is: "cut" });
    const whole = { ...headers, "content-length": String(Buffer.byteLength(body)) };
    const asked = request(
      { hostname, port, method, path, headers: whole, agent: false, timeout: PATIENCE_MS },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", cut);
        response.on("end", () =>
          resolve({
            is: "answer",
            status: response.statusCode ?? 0,
            type: response.headers["content-type"] ?? "",
            text: Buffer.concat(parts).toString("latin1"),
          }),
        );
      },
    );
    asked.on("timeout", () => asked.destroy());
    asked.on("error", cut);
    asked.on("close", cut);
    asked.end(body);
  });
}

/** Says these bytes to the port, whatever they are, and resolves to what came back when the other side hung up. */
export function blurt(base: string, bytes: Uint8Array | string): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("data", (part) => {
      heard += part.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(heard));
  });
}
