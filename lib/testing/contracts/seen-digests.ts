import { createHash } from "node:crypto";

const WORDS = 4;
const FULL = 0.8;

/**
 * A set of values by the first 128 bits of their SHA-256, in memory allocated once: 16 bytes a slot, open addressing. The values themselves
 * are not kept.
 */
export class SeenDigests {
  private readonly slots: Uint32Array;
  private readonly mask: number;
  private taken = 0;

  /** Capacity in values. */
  constructor(private readonly room: number) {
    const slots = 2 ** Math.ceil(Math.log2(room / FULL));
    this.slots = new Uint32Array(slots * WORDS);
    this.mask = slots - 1;
  }

  get size(): number {
    return this.taken;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  /** Adds a value. Returns false if it, or another of this kind with the same 128 bits, is already present. */
  add(kind: string, value: string): boolean {
    const digest = createHash("sha256").update(`${kind}|${value}`).digest();
    // The low bit is set, so that a digest never reads as an empty slot.
    const words = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at));
    words[0] = ((words[0] ?? 0) | 1) >>> 0;
    for (let slot = (words[1] ?? 0) & this.mask; ; slot = (slot + 1) & this.mask) {
      const at = slot * WORDS;
      if (this.slots[at] === 0) return this.put(at, words);
      if (words.every((word, index) => this.slots[at + index] === word)) return false;
    }
  }

  private put(at: number, words: readonly number[]): boolean {
    if (this.taken >= this.room) throw new RangeError(`no room for more than ${this.room} values`);
    this.taken += 1;
    this.slots.set(words, at);
    return true;
  }
}
