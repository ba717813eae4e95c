const HIDDEN = "[secret]";
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * Keeps secret bytes so that printing, logging or serialising the object shows `[secret]`. A function may use the bytes
 * during a call and must not keep them. `destroy` overwrites them.
 */
export class Secret {
  #bytes: Uint8Array | undefined;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Takes a copy, so that the caller may overwrite the original. */
  static from(bytes: Uint8Array): Secret {
    return new Secret(Uint8Array.from(bytes));
  }

  /** Lends the bytes for one call. Throws after `destroy`. */
  use<T>(fn: (bytes: Uint8Array) => T): T {
    if (this.#bytes === undefined) throw new Error("secret was destroyed");
    return fn(this.#bytes);
  }

  /** Overwrites the bytes with zeros. It cannot reach copies made by the runtime. */
  destroy(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [INSPECT](): string {
    return HIDDEN;
  }

  get [Symbol.toStringTag](): string {
    return "Secret";
  }
}
