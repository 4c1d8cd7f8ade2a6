import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits in base64url: nobody guesses one, and none stands for anything but itself. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** What is stored of a token: who reads the store cannot use it. */
export const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

/** What a page of this session says to be one; it tells nothing of the session's id. */
export const csrfOf = (session: string): string => createHmac("sha256", session).update("csrf").digest("base64url");

/** Compares hashes, so that the time it takes tells nothing. */
export const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(hashOf(one)), Buffer.from(hashOf(other)));
