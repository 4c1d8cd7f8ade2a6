/** The parts of the npm package `epoll` that are used here; it brings no types of its own, and is CommonJS. */
declare module "epoll" {
  class Epoll {
    static readonly EPOLLIN: number;
    constructor(hear: (error: Error | null, fd: number, events: number) => void);
    add(fd: number, events: number): this;
    remove(fd: number): this;
    close(): void;
  }
  const epoll: { readonly Epoll: typeof Epoll };
  export = epoll;
}
