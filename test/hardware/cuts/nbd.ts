import { createServer, type Server, type Socket } from "node:net";
import type { Tape } from "./tape.ts";

/**
 * A disk for the virtual machine, served over NBD (github.com/NetworkBlockDevice/nbd, doc/proto.md: fixed newstyle, simple replies) on
 * a unix socket. It has a volatile write cache, as disks have, and writes everything down on a tape.
 */
export function serveDisk<Mark>(tape: Tape<Mark>, path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    speak(socket, tape).catch(() => socket.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}

const OPTION_MAGIC = Buffer.from("IHAVEOPT");
const OPTION_REPLY = 0x3e889045565a9n;
const OPTION = { exportName: 1, abort: 2, info: 6, go: 7 } as const;
const REPLY = { ack: 1, info: 3, unsupported: 0x80000001 } as const;
const FIXED_NEWSTYLE_NO_ZEROES = 3;
const HAS_FLAGS_SEND_FLUSH = 5;
const REQUEST = 0x25609513;
const SIMPLE_REPLY = 0x67446698;
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const EINVAL = 22;

async function speak<Mark>(socket: Socket, tape: Tape<Mark>): Promise<void> {
  const hear = reader(socket);
  socket.write(Buffer.concat([Buffer.from("NBDMAGIC"), OPTION_MAGIC, u16(FIXED_NEWSTYLE_NO_ZEROES)]));
  await hear(4);
  if (!(await agree(socket, hear, tape.size))) return;
  while (await serveOne(socket, hear, tape));
}

type Hear = (count: number) => Promise<Buffer>;

/** Until the client has chosen the only disk there is; false when it has gone. */
async function agree(socket: Socket, hear: Hear, size: number): Promise<boolean> {
  for (;;) {
    const head = await hear(16);
    const option = head.readUInt32BE(8);
    await hear(head.readUInt32BE(12));
    const answer = (type: number, data: Buffer = Buffer.alloc(0)): void =>
      void socket.write(Buffer.concat([u64(OPTION_REPLY), u32(option), u32(type), u32(data.length), data]));
    const about = Buffer.concat([u64(BigInt(size)), u16(HAS_FLAGS_SEND_FLUSH)]);
    if (option === OPTION.abort) return false;
    if (option === OPTION.exportName) {
      socket.write(about);
      return true;
    }
    if (option !== OPTION.info && option !== OPTION.go) answer(REPLY.unsupported);
    else {
      answer(REPLY.info, Buffer.concat([u16(0), about]));
      answer(REPLY.ack);
      if (option === OPTION.go) return true;
    }
  }
}

/** One request after another, so that a flush finds everything done that was written before it. */
async function serveOne<Mark>(socket: Socket, hear: Hear, tape: Tape<Mark>): Promise<boolean> {
  const head = await hear(28);
  if (head.readUInt32BE(0) !== REQUEST) throw new Error("no request");
  const [command, offset, length] = [head.readUInt16BE(6), Number(head.readBigUInt64BE(16)), head.readUInt32BE(24)];
  const answer = (error: number, data: Buffer = Buffer.alloc(0)): void =>
    void socket.write(Buffer.concat([u32(SIMPLE_REPLY), u32(error), head.subarray(8, 16), data]));
  if (command === COMMAND.disconnect) return false;
  if (command === COMMAND.read) answer(0, tape.read(offset, length));
  else if (command === COMMAND.write) {
    tape.write(offset, await hear(length));
    answer(0);
  } else if (command === COMMAND.flush) {
    tape.flush();
    answer(0);
  } else answer(EINVAL);
  return true;
}

/** Resolves to the next so many bytes; rejects when the connection ends before. */
function reader(socket: Socket): Hear {
  let pending: Buffer[] = [];
  let length = 0;
  let waiting: (() => void) | undefined;
  let isOver = false;
  const wake = (): void => waiting?.();
  socket.on("data", (chunk: Buffer) => {
    pending.push(chunk);
    length += chunk.length;
    wake();
  });
  socket.on("close", () => {
    isOver = true;
    wake();
  });
  return async (count) => {
    while (length < count) {
      if (isOver) throw new Error("the client is gone");
      await new Promise<void>((resolve) => {
        waiting = resolve;
      });
    }
    const all = Buffer.concat(pending);
    pending = [all.subarray(count)];
    length -= count;
    return Buffer.from(all.subarray(0, count));
  };
}

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
