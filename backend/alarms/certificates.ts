import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { BrokerTls } from "../../host/broker-files.ts";
import type { Clock } from "../../protocol/time.ts";

/** When the first certificate of a PEM text ends, in milliseconds since 1970; `undefined` for what is none. */
export function endOf(pem: string | undefined): number | undefined {
  if (pem === undefined) return undefined;
  try {
    return wallOf(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}

const TIMEOUT_MS = 10_000;

/**
 * When the certificate ends that a broker shows; `undefined` where it speaks without TLS, `unknown` where it cannot be asked.
 * Whether it is to be trusted is not asked here: the link itself checks that, and one that has ended is to be told too.
 */
export function brokerCertificateEnd(
  url: string,
  tls: BrokerTls | undefined,
  clock: Pick<Clock, "after">,
): Promise<number | "unknown" | undefined> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "mqtts:") return Promise.resolve(undefined);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === "" ? 8_883 : Number(port),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(tls?.cert === undefined || tls.key === undefined ? {} : { cert: tls.cert, key: tls.key }),
      rejectUnauthorized: false,
    });
    const settle = (endsMs: number | undefined): void => {
      stop();
      socket.destroy();
      resolve(endsMs ?? "unknown");
    };
    const stop = clock.after(TIMEOUT_MS, () => settle(undefined));
    socket.once("secureConnect", () => settle(wallOf(socket.getPeerCertificate().valid_to)));
    socket.on("error", () => settle(undefined));
    socket.once("close", () => settle(undefined));
  });
}

/** As OpenSSL writes it: `Nov 21 18:00:00 2027 GMT`. */
function wallOf(text: string | undefined): number | undefined {
  const wall = Date.parse(text ?? "");
  return Number.isNaN(wall) ? undefined : wall;
}
