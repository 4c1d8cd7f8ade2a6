import { loadLibc } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** `sun_path` of sockaddr_un, see unix(7). */
const LONGEST_PATH = 108;

export type DatagramSocket = {
  /** Sends one datagram, or throws when nobody takes it. Never waits. */
  send(text: string): void;
  close(): void;
};

/**
 * A Unix datagram socket towards `path`, which Node itself does not have; `@name` is Linux' abstract namespace. Linux only:
 * throws where libc cannot be loaded.
 */
export function openDatagramSocket(path: string): DatagramSocket {
  const address = addressOf(path);
  const libc = loadLibc();
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new Error(`no socket to be had (errno ${libc.errno()})`);
  return {
    send: (text) => {
      const bytes = Buffer.from(text);
      const sent = libc.sendto(fd, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT, address, address.length);
      if (sent !== bytes.length) throw new Error(`${path} took no datagram (errno ${libc.errno()})`);
    },
    close: () => {
      libc.close(fd);
    },
  };
}

/** struct sockaddr_un: the family in the machine's byte order, then the path; an abstract name begins with a zero byte. */
function addressOf(path: string): Buffer {
  const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`);
  if (name.length > LONGEST_PATH)
    throw new Error(`${path} is longer than a socket's address may be (${LONGEST_PATH} bytes)`);
  return Buffer.concat([Buffer.from(Uint16Array.of(AF_UNIX).buffer), name]);
}
