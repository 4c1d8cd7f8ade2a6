import { type Frame, HardwareFault, type Screen } from "../device.ts";
import { type Area, changedArea, wholeOf } from "./pixels.ts";

/** What a kind of panel does itself; `screenOn` does the rest. Sizes are those of the picture, turned or not. */
export interface Glass {
  /** For messages, such as `/dev/fb0`. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /**
   * Brings the pixels of `area` there; everything else is there already. The first call, and each that follows a rejected one,
   * is for the whole picture. Never called twice at a time.
   */
  paint(frame: Frame, area: Area): Promise<void>;
  close(): Promise<void>;
}

/** Who shows without waiting gets no longer a queue than this. */
const MOST_WAITING = 8;

/** The screen on a glass that must be woken first; one that does not wake is closed again. */
export async function openGlass(glass: Glass & { wake(): Promise<void> }): Promise<Screen> {
  try {
    await glass.wake();
  } catch (error) {
    await glass.close();
    throw error;
  }
  return screenOn(glass);
}

/** A screen that sends what changed, one picture after the other in the order they came. */
export function screenOn(glass: Glass): Screen {
  let last: Frame | undefined;
  let line: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closing: Promise<void> | undefined;

  async function paint(frame: Frame): Promise<void> {
    if (closing !== undefined) throw new HardwareFault(`${glass.name} is closed`);
    const area = last === undefined ? wholeOf(frame) : changedArea(last, frame);
    if (area === undefined) return;
    last = undefined;
    await glass.paint(frame, area);
    last = { ...frame, rgba: frame.rgba.slice() };
  }

  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = line.then(act);
    line = done.catch(() => undefined);
    return done;
  }

  return {
    width: glass.width,
    height: glass.height,
    show: async (frame) => {
      refuseOtherSizes(glass, frame);
      if (waiting >= MOST_WAITING) throw new HardwareFault(`${glass.name}: ${waiting} pictures wait already`);
      waiting += 1;
      await inTurn(() => paint(frame)).finally(() => {
        waiting -= 1;
      });
    },
    close: async () => {
      closing ??= inTurn(() => glass.close());
      await closing;
    },
  };
}

function refuseOtherSizes({ name, width, height }: Glass, frame: Frame): void {
  if (frame.width === width && frame.height === height) return;
  throw new HardwareFault(`${name} shows ${width} × ${height} pixels, not ${frame.width} × ${frame.height}`);
}
