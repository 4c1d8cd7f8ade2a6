import { type QrCode, QUIET_ZONE, qrCode } from "../../device/drawing/qr.ts";
import { html, type Markup, verbatim } from "./html.ts";

/** A QR code as SVG, black on white, with its quiet zone; nothing for a text that no code holds. `label`: for who cannot see it. */
export function qrSvg(text: string, label: string): Markup | undefined {
  const code = qrCode(text);
  if (code === undefined) return undefined;
  const side = code.modules + 2 * QUIET_ZONE;
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"
><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path fill="#000" d="${verbatim(outline(code))}"/></svg>`;
}

/** Every run of dark modules in a row as one rectangle. */
function outline({ modules, dark }: QrCode): string {
  const rows = Array.from({ length: modules }, (_, row) => dark.subarray(row * modules, (row + 1) * modules).join(""));
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(
        ({ index, 0: run }) => `M${index + QUIET_ZONE} ${y + QUIET_ZONE}h${run.length}v1h-${run.length}z`,
      ),
    )
    .join("");
}
