import { readQrImage } from "../../backend/providers/qr-image.ts";

/** Reads codes in pictures; a picture that it has just looked at it does not look at again. */
export class Camera<Picture extends object> {
  readonly #pngOf: (picture: Picture) => Uint8Array;
  #last: { readonly picture: Picture; readonly code: string | undefined } | undefined;

  constructor(pngOf: (picture: Picture) => Uint8Array) {
    this.#pngOf = pngOf;
  }

  codeIn(picture: Picture | undefined): string | undefined {
    if (picture === undefined) return undefined;
    if (this.#last?.picture !== picture) this.#last = { picture, code: readQrImage(this.#pngOf(picture)) };
    return this.#last.code;
  }
}
