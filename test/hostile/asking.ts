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

/** `base`: `http://127.0.0.1:8080`, or `unix:/run/orders.sock`. */
function whereIs(base: string): { readonly path: string } | { readonly host: string; readonly port: number } {
  if (base.startsWith("unix:")) return { path: base.slice("unix:".length) };
  const { hostname, port } = new URL(base);
  return { host: hostname, port: Number(port) };
}

/** Asks without any of the politeness of a client: nothing is checked, tidied or repeated. */
export function ask(base: string, { method, path, headers = {}, body = "" }: Asking): Promise<Got> {
  const { path: socketPath, ...where } = { path: undefined, ...whereIs(base) };
  const place = socketPath === undefined ? where : { socketPath };
  return new Promise((resolve) => {
    const cut = (): void => resolve({ is: "cut" });
    const whole = { ...headers, "content-length": String(Buffer.byteLength(body)) };
    const asked = request(
      { ...place, method, path, headers: whole, agent: false, timeout: PATIENCE_MS },
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
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(whereIs(base), () => socket.end(bytes));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("data", (part) => {
      heard += part.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(heard));
  });
}
