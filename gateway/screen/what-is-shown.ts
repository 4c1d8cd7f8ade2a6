import type { Screen } from "../../device/device.ts";
import type { Page } from "../../device/drawing/page.ts";
import { SEEN_MAX } from "../../protocol/statements.ts";
import type { Drawing } from "../drawing.ts";
import { type PageName, pageNameOf, pageOf } from "./pages.ts";
import type { View } from "./view.ts";

/** What the stand shows, for who is not there. `png`: a PNG file, absent where there is no glass or nothing to draw it with. */
export type Shown = { readonly page: PageName; readonly png?: Uint8Array };

export type ShowingParts = {
  readonly view: View;
  readonly screen: Screen | undefined;
  readonly drawing: Drawing;
};

/** As many bytes as fit into one statement, in base64url. */
const MOST_BYTES = Math.floor((SEEN_MAX * 3) / 4);

export async function whatIsShown({ view, screen, drawing }: ShowingParts): Promise<Shown> {
  const page = pageNameOf(view);
  if (screen === undefined || drawing.png === undefined) return { page };
  const { width, height, leastModule } = screen;
  const size = { width, height, ...(leastModule === undefined ? {} : { leastModule }) };
  const drawn = drawing.page(withoutCodes(pageOf(view)), size);
  if ("fits" in drawn) return { page };
  const png = await drawing.png(drawn, MOST_BYTES);
  drawing.tidy?.();
  return png === undefined ? { page } : { page, png };
}

/** A QR code is for who stands before the glass: in the picture is one that looks like it and says nothing. */
const withoutCodes = (page: Page): Page => ({
  ...page,
  ...(page.qr === undefined ? {} : { qr: { ...page.qr, text: emptied(page.qr.text) } }),
  ...(page.aside === undefined ? {} : { aside: { ...page.aside, text: emptied(page.aside.text) } }),
});

/** Other characters of the same kinds: a QR code of them has as many modules. */
const emptied = (text: string): string =>
  text.replaceAll(/\d/g, "0").replaceAll(/[A-Z]/g, "X").replaceAll(/[a-z]/g, "x");
