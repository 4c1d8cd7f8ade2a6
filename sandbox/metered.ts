import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { PacketMeter } from "../wire/packet-meter.ts";

/** A listener that is further behind than this is cut: nobody else waits for it. */
const BEHIND_MAX_BYTES = 1_048_576;

/**
 * The socket as an MQTT broker may see it: cut as soon as it announces a packet of more than `packetMax` bytes, before any of
 * it is kept, or when it does not read what it is sent.
 */
export function metered(socket: Socket, packetMax: number): Duplex {
  const meter = new PacketMeter(packetMax);
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => done(send(chunk)),
    writev: (parts, done) => done(send(Buffer.concat(parts.map(({ chunk }) => chunk as Buffer)))),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  function send(bytes: Buffer): Error | null {
    if (socket.destroyed) return new Error("the connection is gone");
    socket.write(bytes);
    return socket.writableLength > BEHIND_MAX_BYTES ? new Error("the client does not read what it is sent") : null;
  }
  socket.on("data", (bytes: Uint8Array) => {
    if (!meter.see(bytes)) stream.destroy();
    else if (!stream.push(bytes)) socket.pause();
  });
  socket.on("end", () => stream.push(null));
  socket.on("error", () => stream.destroy());
  socket.on("close", () => stream.destroy());
  return stream;
}
