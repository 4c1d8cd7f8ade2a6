/** What a driver needs of Linux beyond reading and writing files. */
export interface Kernel {
  /** Opens for reading and writing; throws Node's own error of `open`. */
  open(path: string): number;
  /** Reads and writes `argument` as the request says; throws `KernelError`. */
  ioctl(fd: number, request: number, argument: Buffer): void;
  /** For the requests that take a number itself; throws `KernelError`. */
  ioctlNumber(fd: number, request: number, argument: number): void;
  /** Bytes that are there; none when there are none now. */
  read(fd: number, into: Buffer): number;
  close(fd: number): void;
  /** Tells of bytes to read on a descriptor, until stopped; a stopped or closed one keeps nothing alive. */
  onReadable(fd: number, hear: () => void): () => void;
}

/** An errno by its name, such as `EBUSY`. */
export class KernelError extends Error {
  readonly code: string;

  constructor(code: string, doing: string) {
    super(`${doing}: ${code}`);
    this.name = "KernelError";
    this.code = code;
  }
}
