/**
 * A life that ends like a power cut: from then on nothing that this process had in hand returns, and nothing it asks for is
 * done. `fuse` counts the moments at which it can end: before and after every call that touches the world.
 */
export class Life {
  #isOver = false;
  #moments = 0;
  readonly #fuse: number;
  readonly #onEnd: () => void;

  constructor(fuse = Number.POSITIVE_INFINITY, onEnd: () => void = () => undefined) {
    this.#fuse = fuse;
    this.#onEnd = onEnd;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Moments passed so far: with an endless fuse, how many cuts there are to try. */
  get moments(): number {
    return this.#moments;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
  }

  /** One more moment at which the power may go. */
  moment(): void {
    if (this.#isOver) return;
    if (this.#moments === this.#fuse) this.end();
    else this.#moments += 1;
  }
}

const never = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

/**
 * `thing` as a process sees it: each call of a method named in `cuts` has a moment before and a moment after it. When the
 * process is dead, no call does anything and no promise comes back.
 */
export function mortal<Thing extends object>(thing: Thing, life: Life, cuts: readonly (keyof Thing)[]): Thing {
  return new Proxy(thing, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const isCut = (cuts as readonly PropertyKey[]).includes(name);
      return (...args: unknown[]) => call(() => Reflect.apply(value, target, args), life, isCut);
    },
  });
}

function call(act: () => unknown, life: Life, isCut: boolean): unknown {
  if (isCut) life.moment();
  if (life.isOver) return never();
  const result = act();
  if (!(result instanceof Promise)) return result;
  return result.then(
    (value: unknown) => survive(value, life, isCut),
    (error: unknown) => (life.isOver ? never() : Promise.reject(error)),
  );
}

function survive(value: unknown, life: Life, isCut: boolean): unknown {
  if (isCut) life.moment();
  return life.isOver ? never() : value;
}

/** `thing` with one of its methods replaced. */
export function withMethod<Thing extends object, Name extends keyof Thing>(
  thing: Thing,
  name: Name,
  method: Thing[Name],
): Thing {
  return new Proxy(thing, {
    get: (target, asked) => {
      if (asked === name) return method;
      const value: unknown = Reflect.get(target, asked, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
