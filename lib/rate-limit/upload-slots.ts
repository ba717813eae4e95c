import "server-only";
import { DomainError } from "@/lib/errors";

/**
 * How many uploads one portal processes at once, in total and for one person. A document of 20 MB takes some 100 MB
 * while it arrives, is scanned, encrypted and stored; this bounds the process's memory for uploads.
 */
export const UPLOADS_AT_ONCE = { all: 6, ofOnePerson: 2 } as const;

const RETRY_SECONDS = 5;

/** Slots for uploads; an upload holds one from before its first byte is read until its call is answered. */
export class UploadSlots {
  readonly #limits: { readonly all: number; readonly ofOnePerson: number };
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(limits: { readonly all: number; readonly ofOnePerson: number } = UPLOADS_AT_ONCE) {
    this.#limits = limits;
  }

  /**
   * Runs an upload in one of the limited slots. Throws `upload.too-many` (429) when this person has no slot left and
   * `upload.busy` (503) when all slots are taken. Both say when to retry, and the body is not read.
   */
  async hold<T>(userId: string, run: () => Promise<T>): Promise<T> {
    const own = this.#taken.get(userId) ?? 0;
    if (own >= this.#limits.ofOnePerson)
      throw new DomainError("upload.too-many", {
        detail: `At most ${this.#limits.ofOnePerson} documents of one person are accepted at once.`,
        retryAfterSeconds: RETRY_SECONDS,
      });
    if (this.#all >= this.#limits.all)
      throw new DomainError("upload.busy", { retryAfterSeconds: RETRY_SECONDS });
    this.#taken.set(userId, own + 1);
    this.#all += 1;
    try {
      return await run();
    } finally {
      this.#release(userId);
    }
  }

  /** Number of uploads that are processed now. */
  get taken(): number {
    return this.#all;
  }

  #release(userId: string): void {
    const left = (this.#taken.get(userId) ?? 1) - 1;
    if (left === 0) this.#taken.delete(userId);
    else this.#taken.set(userId, left);
    this.#all -= 1;
  }
}
