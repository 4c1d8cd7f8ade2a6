/** One thing that is tried on real kernel drivers, inside the virtual machine. `run` throws what was wrong. */
export type Check = { readonly name: string; run(): Promise<void> };

/** Resolves to what `look` finds; throws after `withinMs`, with `what` there was not. Nothing in the lab tells of itself. */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | false,
  withinMs = 5_000,
): Promise<Found> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
}
