import koffi from "koffi";

/** The C library, where Node has no way of its own. The one place that knows the binding; loaded only where it is needed. */
export type Libc = {
  socket(domain: number, type: number, protocol: number): number;
  sendto(fd: number, bytes: Uint8Array, length: number, flags: number, address: Uint8Array, size: number): number;
  /** With a pointer as its third argument. */
  ioctl(fd: number, request: number, argument: Buffer): number;
  /** With a plain number as its third argument. */
  ioctlNumber(fd: number, request: number, argument: number): number;
  /** Forgets what waits to be sent, to be read, or both (2). */
  tcflush(fd: number, queue: number): number;
  close(fd: number): number;
  /** Of the call before. */
  errno(): number;
};

/** Linux only: throws where libc cannot be loaded. */
export function loadLibc(): Libc {
  const libc = koffi.load("libc.so.6");
  return {
    socket: libc.func("int socket(int domain, int type, int protocol)"),
    sendto: libc.func(
      "long sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t size)",
    ),
    ioctl: libc.func("int ioctl(int fd, unsigned long request, _Inout_ void *argument)"),
    ioctlNumber: libc.func("int ioctl(int fd, unsigned long request, long argument)"),
    tcflush: libc.func("int tcflush(int fd, int queue)"),
    close: libc.func("int close(int fd)"),
    errno: () => koffi.errno(),
  };
}
