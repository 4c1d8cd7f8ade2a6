/** A rectangle in pixels from the top left; whole numbers, sides at least 0. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** `taken` was cut off one side, `rest` is what remains; never more than there is. */
export type Cut = { readonly taken: Box; readonly rest: Box };

export function inset(box: Box, across: number, down = across): Box {
  const dx = Math.min(Math.round(across), Math.floor(box.width / 2));
  const dy = Math.min(Math.round(down), Math.floor(box.height / 2));
  return { x: box.x + dx, y: box.y + dy, width: box.width - 2 * dx, height: box.height - 2 * dy };
}

export function cutTop(box: Box, height: number): Cut {
  const h = within(height, box.height);
  return { taken: { ...box, height: h }, rest: { ...box, y: box.y + h, height: box.height - h } };
}

export function cutBottom(box: Box, height: number): Cut {
  const { taken, rest } = cutTop(box, box.height - within(height, box.height));
  return { taken: rest, rest: taken };
}

export function cutLeft(box: Box, width: number): Cut {
  const w = within(width, box.width);
  return { taken: { ...box, width: w }, rest: { ...box, x: box.x + w, width: box.width - w } };
}

export function cutRight(box: Box, width: number): Cut {
  const { taken, rest } = cutLeft(box, box.width - within(width, box.width));
  return { taken: rest, rest: taken };
}

/** A box of this size in the middle of `box`. */
export function centred(box: Box, width: number, height: number): Box {
  const w = within(width, box.width);
  const h = within(height, box.height);
  return {
    x: box.x + Math.floor((box.width - w) / 2),
    y: box.y + Math.floor((box.height - h) / 2),
    width: w,
    height: h,
  };
}

const within = (length: number, most: number): number => Math.max(0, Math.min(Math.round(length), most));
