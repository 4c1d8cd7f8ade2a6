/** How systemd knows the stand. */
export const UNIT = "qris-gateway.service";
