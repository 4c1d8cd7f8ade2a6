/** `because` is for a person. */
export type Failed = { readonly is: "failed"; readonly because: string };

/** Of a certificate that was shown, whether or not it is to be trusted. */
export type Shown = {
  readonly is: "shown";
  readonly validToWall: number;
  readonly issuer: string;
  readonly distrust?: string;
};

/** What came of a talk with the backend, through the broker. */
export type Talk =
  | { readonly is: "not-connected"; readonly because: string }
  | { readonly is: "silent"; readonly connectedMs: number; readonly waitedMs: number }
  | { readonly is: "answered"; readonly connectedMs: number; readonly answeredMs: number };

/** The way to broker and backend. Nothing rejects. */
export interface Network {
  /** Addresses of a name. */
  addresses(host: string): Promise<{ readonly is: "found"; readonly addresses: readonly string[] } | Failed>;
  /** How long a connection took. */
  reach(host: string, port: number): Promise<{ readonly is: "reached"; readonly ms: number } | Failed>;
  certificate(host: string, port: number, ca: string | undefined): Promise<Shown | Failed>;
  /** One talk, however often it is asked for: logs in beside a stand that may run, says a sealed sync, and waits for its ack. */
  talk(): Promise<Talk>;
}
