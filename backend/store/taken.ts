/** A row with this key was there already, in either database. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  /^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/.test(String(error.code));
