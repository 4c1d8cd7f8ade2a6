import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Frees what was allocated lately and is used no more, in about half a millisecond. The pixels of a picture lie outside V8's
 * heap, and V8 sees too few of them to hurry: without this, some 60 MB of pictures wait to be freed.
 */
export function youngGarbage(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return typeof collect === "function" ? () => void collect({ type: "minor" }) : () => undefined;
}
