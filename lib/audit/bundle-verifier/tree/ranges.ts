import { FormatError } from "@/lib/crypto/format-error";

const LINE = /^(0|[1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?$/;

/**
 * Numbers in rising order as ranges that neither meet nor overlap. `to` is the first number after one. Sixteen bytes a
 * range, whatever its width. Memory is allocated once for the announced number of ranges.
 */
export class Ranges {
  #ends: Float64Array;
  #length = 0;
  #count = 0;

  constructor(capacity = 0) {
    this.#ends = new Float64Array(Math.max(16, capacity * 2));
  }

  /** Returns ranges of numbers in any order, also repeated ones. */
  static of(numbers: readonly number[]): Ranges {
    const ranges = new Ranges();
    for (const number of [...new Set(numbers)].sort((a, b) => a - b)) ranges.#put(number, number + 1);
    return ranges;
  }

  /** How many ranges there are. */
  get length(): number {
    return this.#length;
  }

  /** How many numbers they contain. */
  get count(): number {
    return this.#count;
  }

  /** Returns the range at this place. Undefined after the last. */
  at(place: number): { readonly from: number; readonly to: number } | undefined {
    if (place < 0 || place >= this.#length) return undefined;
    const [from = 0, to = 0] = this.#ends.subarray(place * 2, place * 2 + 2);
    return { from, to };
  }

  /** Adds a number that comes after all others. */
  add(number: number): void {
    if (number < (this.at(this.#length - 1)?.to ?? 0)) throw new RangeError("numbers come in rising order");
    this.#put(number, number + 1);
  }

  /** Returns whether one of the ranges contains the number. */
  has(number: number): boolean {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle * 2 + 1] ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && (this.#ends[low * 2] ?? 0) <= number;
  }

  /**
   * Adds one line of the canonical text, without its newline: a number, or the first and the last of a range. Throws
   * FormatError for any other spelling and for a range that does not come after the last one with a gap between.
   */
  read(line: string): void {
    const [, first, last] = LINE.exec(line) ?? [];
    const from = Number(first ?? Number.NaN);
    const to = last === undefined ? from : Number(last);
    const before = this.at(this.#length - 1)?.to ?? -1;
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to >= Number.MAX_SAFE_INTEGER)
      throw new FormatError("format.bundle", "not a range of numbers");
    if (last !== undefined && to <= from)
      throw new FormatError("format.bundle", "a range with fewer than two numbers");
    if (from <= before)
      throw new FormatError("format.bundle", "ranges that overlap, meet or are out of order");
    this.#put(from, to + 1);
  }

  #put(from: number, to: number): void {
    this.#count += to - from;
    const at = this.#length * 2;
    if (at > 0 && this.#ends[at - 1] === from) {
      this.#ends[at - 1] = to;
      return;
    }
    if (at + 2 > this.#ends.length) {
      const ends = new Float64Array(this.#ends.length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#ends[at] = from;
    this.#ends[at + 1] = to;
    this.#length += 1;
  }
}

/** Maximum number of ranges that a sentence names. The rest are counted. */
const SHOWN_RANGES = 5;

/** Returns the first ranges in words, as `2, 5 to 9 and 3 more ranges`. */
export function shownRanges(ranges: Ranges): string {
  const shown: string[] = [];
  for (let place = 0; place < Math.min(ranges.length, SHOWN_RANGES); place += 1) {
    const { from, to } = ranges.at(place) ?? { from: 0, to: 0 };
    shown.push(to - from === 1 ? `${from}` : `${from} to ${to - 1}`);
  }
  const more = ranges.length - shown.length;
  const rest = more === 0 ? "" : ` and ${more} more ${more === 1 ? "range" : "ranges"}`;
  return `${ranges.count === 1 ? "entry" : "entries"} ${shown.join(", ")}${rest}`;
}

/** Returns the only canonical line of a range, with its newline. `to` is the first number after it. */
export function rangeLine(from: number, to: number): string {
  return to - from === 1 ? `${from}\n` : `${from}-${to - 1}\n`;
}

/** Writes numbers in rising order as canonical lines. Only one range is in memory. */
export class RangeLines {
  #from = 0;
  #to = 0;
  #count = 0;
  #ranges = 0;

  /** Numbers and ranges added so far. */
  get counts(): { readonly count: number; readonly ranges: number } {
    return { count: this.#count, ranges: this.#ranges };
  }

  /** Adds the next number. Returns the line of the previous range if it ends there, else an empty text. */
  take(number: number): string {
    this.#count += 1;
    if (this.#count > 1 && number === this.#to) {
      this.#to += 1;
      return "";
    }
    const ended = this.end();
    this.#from = number;
    this.#to = number + 1;
    this.#ranges += 1;
    return ended;
  }

  /** Returns the line of the last range. */
  end(): string {
    return this.#to > this.#from ? rangeLine(this.#from, this.#to) : "";
  }
}
