import { closeSync, constants, openSync, readSync } from "node:fs";
import { constants as system } from "node:os";
import epoll from "epoll";
import { type Kernel, KernelError } from "../device/pins/kernel.ts";
import { loadLibc } from "../host/libc.ts";

/** The kernel of this machine. Linux only: throws where libc cannot be loaded. */
export function linuxKernel(): Kernel {
  const libc = loadLibc();
  const check = (result: number): void => {
    if (result < 0) throw new KernelError(nameOf(libc.errno()), "ioctl");
  };
  return {
    open: (path) => openSync(path, constants.O_RDWR),
    ioctl: (fd, request, argument) => check(libc.ioctl(fd, request, argument)),
    ioctlNumber: (fd, request, argument) => check(libc.ioctlNumber(fd, request, argument)),
    read: (fd, into) => readNow(fd, into),
    close: (fd) => closeSync(fd),
    onReadable,
  };
}

const nameOf = (errno: number): string =>
  Object.entries(system.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;

function readNow(fd: number, into: Buffer): number {
  try {
    return readSync(fd, into);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
    throw error;
  }
}

/** A wait by epoll: a read that blocks in Node's own threads would keep the process from ending. */
function onReadable(fd: number, hear: () => void): () => void {
  const poller = new epoll.Epoll(() => hear());
  poller.add(fd, epoll.Epoll.EPOLLIN);
  return () => {
    poller.remove(fd).close();
  };
}
