import { readQrImage } from "../../backend/providers/qr-image.ts";

/** The code that a camera reads in a picture. */
export const codeIn = (png: Uint8Array | undefined): string | undefined =>
  png === undefined ? undefined : readQrImage(png);
