import { ulid } from "ulid";
import type { WallMs } from "./time.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** One sale at one stand; a ULID made by the stand: 26 characters of Crockford's base 32. */
export type OrderId = Branded<"OrderId">;
/** One machine: 2 to 32 of `a-z 0-9 -`, beginning and ending with a letter or digit. Stands in MQTT topics. */
export type StandId = Branded<"StandId">;
/** One permission to move the hardware; an order released again by staff gets a new one. 1 to 64 of `A-Z a-z 0-9 -`. */
export type ReleaseId = Branded<"ReleaseId">;
/** One sealed statement; the id of the journal effect that owes it. A ULID. */
export type StatementId = Branded<"StatementId">;

export const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
export const STAND = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])$/;
/** An Ed25519 public key: 32 bytes in base64url without padding; the last character carries 4 bits. */
export const KEY_POINT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
export const RELEASE = /^[A-Za-z0-9-]{1,64}$/;

export const isOrderId = (value: unknown): value is OrderId => typeof value === "string" && ULID.test(value);
export const isStandId = (value: unknown): value is StandId => typeof value === "string" && STAND.test(value);

/** Random numbers from 0 up to, but not including, 1. The only source of chance, so that a test can repeat a run. */
export type Random = () => number;

/** A fresh ULID; sorts by `wall` roughly, and is unique even when the wall clock jumps back (80 random bits). */
export const newUlid = (wall: WallMs, random: Random): string => ulid(Math.max(0, Math.floor(wall)), random);
export const newOrderId = (wall: WallMs, random: Random): OrderId => newUlid(wall, random) as OrderId;

/** The release that the settlement itself allows. Staff's later releases carry ids of their own. */
export const firstReleaseOf = (order: OrderId): ReleaseId => `${order}-1` as ReleaseId;

/** What a customer reads out to staff: the order's last eight characters in two groups, `7K3M-9QXD`. */
export const claimCodeOf = (order: OrderId): string => `${order.slice(-8, -4)}-${order.slice(-4)}`;
