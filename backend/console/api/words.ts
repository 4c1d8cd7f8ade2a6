import { objections } from "../../ledger/words.ts";
import type { MerchantId } from "../../providers/provider.ts";

/**
 * What the console's pages are told, as JSON below `/api/`. Every `…Ms` is a wall clock in milliseconds since 1970 unless it says
 * otherwise; money is whole rupiah. Texts come as they were entered: whoever shows them escapes them.
 */

/** What an account may do; each may all that those before it may. */
export const roles = ["viewer", "staff", "admin"] as const;
export type Role = (typeof roles)[number];

/**
 * `error`: a word for programs; `message`: what was wrong, for people who read English; `why`: the same for programs, with 409;
 * `issues`: with 422, what is wrong where in the body.
 */
export type Refusal = {
  readonly error: RefusalCode;
  readonly why?: Conflict;
  readonly message: string;
  readonly hint?: string;
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
};

export type RefusalCode =
  /** 400 */
  | "malformed"
  /** 401: nobody is signed in, or the session is over. `ways` of `SignedOut` says how one comes in. */
  | "signed-out"
  /** 401: name and password do not go together, or the account is switched off; nobody is told which. */
  | "not-let-in"
  /** 403: another role is needed. */
  | "role"
  /** 403: the call did not come from this console's own pages. */
  | "csrf"
  /** 403: a password of one's own comes first: `POST /api/me/password`. */
  | "password-change"
  | "not-found"
  /** 409: it does not go now; `why` says why. */
  | "conflict"
  /** 422: see `issues`. */
  | "bad-fields"
  /** 429, with `retry-after` in seconds. */
  | "too-often"
  /** 503: this part of the backend does not answer now. */
  | "unavailable";

/** What the ledger says to staff, and what everybody else says. */
export const conflicts = [
  ...objections,
  "not-now",
  "acknowledged",
  "taken",
  "configured",
  "no-merchant",
  "closed",
  "last-admin",
  "foreign",
] as const;
export type Conflict = (typeof conflicts)[number];

/** With 401. */
export type SignedOut = Refusal & { readonly ways: { readonly password: true; readonly oidc: boolean } };

/** `GET /api/me`, and what `POST /api/login` and `POST /api/me/password` answer. */
export type Me = {
  readonly name: string;
  readonly role: Role;
  /** Goes into `x-csrf-token` with every call that is no GET. Changes with the session. */
  readonly csrf: string;
  /** Nothing else is answered until the password is changed. */
  readonly mustChangePassword: boolean;
  /** Signed in through OpenID Connect: there is no password to change. */
  readonly isForeign: boolean;
  /** Whether the provider is a test service: no real money. */
  readonly isTest: boolean;
};

export const standStates = ["selling", "serving", "trouble", "offline", "new", "revoked"] as const;
/**
 * `serving`: a customer is at it. `trouble`: it is there and cannot sell. `new`: invited, and not come yet. `offline`: it should
 * be there and is not.
 */
export type StandState = (typeof standStates)[number];

/** `GET /api/overview`; also event `overview` of `/api/live`. Days are those of Jakarta. */
export type Overview = {
  readonly stands: Readonly<Record<StandState, number>>;
  readonly owed: number;
  readonly alarms: number;
  readonly today: { readonly sales: number; readonly amount: number; readonly refunded: number };
};

export type Place = { readonly latitude: number; readonly longitude: number };

/** One of `GET /api/stands` (`{stands: StandLine[]}`, all of them); also event `stand`. */
export type StandLine = {
  readonly id: string;
  readonly name: string;
  readonly site?: string;
  readonly place?: Place;
  readonly merchant: MerchantId;
  readonly state: StandState;
  /** Of what is in `trouble`: its obstacles in words, `door-open`, `printer-not-ready`. */
  readonly obstacles: readonly string[];
  readonly seenMs?: number;
  readonly software?: string;
  readonly alarms: number;
};

/** What a stand sells and how: see protocol/settings.ts. */
export type SettingsWords = Readonly<Record<string, unknown>>;

/** One version of a stand's settings, as it was saved. */
export type SettingsVersion = {
  readonly version: number;
  readonly settings: SettingsWords;
  readonly sinceMs: number;
  readonly by: string;
};

/** `GET /api/stands/:id`. */
export type StandPage = StandLine & {
  /** It stands in the configuration's file, and is changed there. */
  readonly isConfigured: boolean;
  readonly roster: "invited" | "active" | "revoked";
  readonly policies: { readonly late: Policy; readonly failed: Policy };
  readonly rate: { readonly aMinute: number; readonly burst: number };
  readonly enrolledMs?: number;
  readonly certificateEndsMs?: number;
  /** The last minute's figures, by name; `at` with them. */
  readonly health?: { readonly atMs: number; readonly figures: Readonly<Record<string, Figure>> };
  readonly settings: {
    readonly desired?: SettingsVersion;
    /** The last that were saved, newest first, `desired` among them. */
    readonly history?: readonly SettingsVersion[];
    /** Version 0: what its own file says. */
    readonly using?: number;
    readonly refused?: { readonly version: number; readonly because: string };
  };
  readonly orders: readonly OrderLine[];
  readonly alarmsNow: readonly AlarmLine[];
};
export type Policy = "hold" | "refund" | "deliver";
export type Figure = number | string | boolean | readonly string[];

/** `GET /api/stands/:id/health?from&to&points`: figures over time, thinned to `points` (≤ 1,000); `null` where nobody knows. */
export type HealthSeries = {
  readonly atMs: readonly number[];
  readonly figures: Readonly<Record<string, readonly (number | null)[]>>;
};

/**
 * `GET /api/stands/:id/screen` answers `image/png`, with `x-age-ms` (0 when the stand has just drawn it) and `x-page` (what is
 * shown, such as `welcome`); 404 with a `Refusal` when there is no picture.
 */

/** `POST /api/stands` and `POST /api/stands/:id/invite`: said once, kept nowhere in clear. */
export type Invitation = { readonly stand: string; readonly code: string; readonly endsMs: number };

/** One order in a list; also event `order`. `state`: see backend/ledger/words.ts. */
export type OrderLine = {
  readonly order: string;
  /** What the customer reads out, `7K3M-9QXD`. */
  readonly claim: string;
  readonly stand: string;
  readonly merchant?: MerchantId;
  readonly amount: number;
  readonly refunded: number;
  readonly state: string;
  /** Of what is owed: why. */
  readonly because?: string;
  readonly items: readonly { readonly name: string; readonly quantity: number }[];
  readonly begunMs: number;
  readonly paidMs?: number;
};

/** One of `GET /api/owed` (`{orders: OwedLine[]}`), oldest first. */
export type OwedLine = OrderLine & {
  readonly sinceMs: number;
  /** What to do, in a sentence, English. */
  readonly todo: string;
  readonly goodsOut: boolean;
  /** Why its money could not be given back, where that was tried. */
  readonly refused?: string;
  /** What can be done to it now. */
  readonly actions: readonly Action[];
};
export type Action = "refund" | "release" | "remedy";

/** `GET /api/orders?q&stand&state&from&to&least&most&after&limit`, newest first. `next`: goes into `after`; without it that was all. */
export type OrderList = { readonly orders: readonly OrderLine[]; readonly next?: string };

/** `GET /api/orders/:id`. `events`: its story, oldest first. */
export type OrderPage = OrderLine & {
  readonly todo?: string;
  readonly actions: readonly Action[];
  readonly refunds: readonly { readonly amount: number; readonly stage: string; readonly because?: string }[];
  readonly payments: readonly { readonly amount: number; readonly fee: number; readonly paidAt: string }[];
  readonly events: readonly OrderEvent[];
};
/** `type` and the further facts are those of the ledger's events, without keys and payer's data. */
export type OrderEvent = {
  readonly atMs: number;
  readonly type: string;
  readonly facts: Readonly<Record<string, unknown>>;
};

/** `POST /api/orders/:id/{refund,release,remedy}` (202). `state`: where the order is now. */
export type Decided = { readonly order: string; readonly state: string };

export const sums = ["hour", "day", "stand", "product"] as const;
/** `GET /api/sales?by&from&to` (`{by, rows}`). `key`: a wall of the hour's or day's beginning, a stand's id, a product's name. */
export type SalesRow = {
  readonly key: string;
  readonly sales: number;
  readonly amount: number;
  readonly refunded: number;
};
export type SalesSums = { readonly by: (typeof sums)[number]; readonly rows: readonly SalesRow[] };

/** `GET /api/report/:day` (`2026-11-21`); `.csv` at its end gives the same as a table. */
export type DayReport = {
  readonly day: string;
  readonly total: Omit<SalesRow, "key">;
  readonly stands: readonly SalesRow[];
  readonly products: readonly SalesRow[];
  readonly owed: number;
};

/** One of `GET /api/alarms` (`{alarms: AlarmLine[]}`), newest first, all that last or are not acknowledged; also event `alarm`. */
export type AlarmLine = {
  readonly id: string;
  readonly kind: string;
  readonly stand?: string;
  readonly order?: string;
  /** What is the matter, in both tongues. */
  readonly detail: Readonly<Record<"id" | "en", string>>;
  readonly sinceMs: number;
  readonly endedMs?: number;
  readonly acknowledged?: { readonly by: string; readonly atMs: number };
};

/** One of `GET /api/accounts` (`{accounts: AccountLine[]}`). */
export type AccountLine = {
  readonly name: string;
  readonly role: Role;
  readonly isDisabled: boolean;
  readonly mustChangePassword: boolean;
  /** Comes through OpenID Connect; its role is given there at every sign-in. */
  readonly isForeign: boolean;
  readonly createdMs: number;
  readonly signedInMs?: number;
};

/** `POST /api/accounts`, and `PATCH` with `newPassword: true`: said once, to be changed at the first sign-in. */
export type NewPassword = { readonly account: AccountLine; readonly password?: string };

/** `GET /api/audit?after&limit`, newest first. */
export type AuditList = { readonly entries: readonly AuditLine[]; readonly next?: string };
export type AuditLine = {
  readonly number: number;
  readonly atMs: number;
  /** An account's name, `-` where nobody had signed in, `terminal` for commands on the machine itself. */
  readonly who: string;
  readonly role?: string;
  /** The address it came from. */
  readonly from: string;
  /** `order.refund`, `account.change`, `session.login` … */
  readonly what: string;
  readonly about?: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** `begun` has its end in a later entry, or the backend went in between; `unknown`: it broke on the way. */
  readonly result: "begun" | "done" | "refused" | "unknown";
  readonly because?: string;
};

/** `GET /api/versions`. */
export type Versions = {
  readonly versions: readonly {
    readonly software: string;
    readonly count: number;
    /** The first of them by their ids, some dozens at most. */
    readonly stands: readonly string[];
  }[];
};

/**
 * `GET /api/live`: server-sent events `overview`, `order`, `stand`, `alarm` with the types above as JSON, a comment as a heartbeat
 * every 15 s, and `end` (`{because}`) before it closes when the session is over.
 */
export const liveEvents = ["overview", "order", "stand", "alarm", "end"] as const;
