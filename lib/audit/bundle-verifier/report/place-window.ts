import { fromBase64 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import type { FilePass } from "../container/file-pass";
import { type LineBatch, lineBatches } from "../container/lines";
import { DIGEST_CHARACTERS } from "../tree/digest-text";

/** Maximum length of a line. Some hundred lines are in memory, and a signature line is far shorter. */
const MAX_PLACE_CHARACTERS = 1_000;
const PLACE = /^(0|[1-9][0-9]{0,15}) (.+)$/;

/** Returns the lines of a file, one after another. */
class LineCursor {
  readonly #batches: AsyncGenerator<LineBatch>;
  #lines: readonly string[] = [];
  #at = 0;

  constructor(pass: FilePass | undefined) {
    this.#batches = lineBatches(pass?.file.name ?? "", pass?.chunks() ?? noChunks());
  }

  async next(): Promise<string | undefined> {
    while (this.#at >= this.#lines.length) {
      const { value, done } = await this.#batches.next();
      if (done === true) return undefined;
      // A line that is not UTF-8 counts as empty.
      this.#lines = (value.text ?? "\n").slice(0, -1).split("\n");
      this.#at = 0;
    }
    this.#at += 1;
    return this.#lines[this.#at - 1];
  }
}

async function* noChunks(): AsyncGenerator<never> {
  // The file does not exist.
}

function leafOf(line: string): Uint8Array | undefined {
  if (line.length !== DIGEST_CHARACTERS + 1) return undefined;
  try {
    return fromBase64(line);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Keeps leaves and place lines near one number while moving up through both files. Nothing far away is in memory. */
export class PlaceWindow {
  readonly leaves = new Map<number, Uint8Array>();
  /** Place signature lines by sequence number. */
  readonly places = new Map<number, string>();
  readonly #leafLines: LineCursor;
  readonly #placeLines: LineCursor;
  #leafCount = 0;
  #ahead: { readonly seq: number; readonly line: string } | undefined;
  #placed = -1;

  constructor(
    leaves: FilePass,
    places: FilePass | undefined,
    /** Leaves of the entries' own bytes, if those differ from the list. */
    readonly changed: ReadonlyMap<number, Uint8Array>,
    readonly radius: number,
  ) {
    this.#leafLines = new LineCursor(leaves);
    this.#placeLines = new LineCursor(places);
  }

  /** Loads everything within the radius of this number. Numbers must rise. */
  async moveTo(seq: number): Promise<void> {
    const [low, high] = [seq - this.radius, seq + this.radius];
    await this.#readLeaves(low, high);
    await this.#readPlaces(low, high);
    for (const held of [this.leaves, this.places])
      for (const at of held.keys()) if (at < low) held.delete(at);
  }

  async #readLeaves(low: number, high: number): Promise<void> {
    for (; this.#leafCount <= high; this.#leafCount += 1) {
      const line = await this.#leafLines.next();
      if (line === undefined) return;
      if (this.#leafCount < low) continue;
      const leaf = this.changed.get(this.#leafCount) ?? leafOf(line);
      if (leaf !== undefined) this.leaves.set(this.#leafCount, leaf);
    }
  }

  async #readPlaces(low: number, high: number): Promise<void> {
    while (this.#placed <= high) {
      const place = this.#ahead ?? (await this.#nextPlace());
      this.#ahead = undefined;
      if (place === undefined) return;
      if (place.seq > high) {
        this.#ahead = place;
        return;
      }
      this.#placed = Math.max(this.#placed, place.seq);
      if (place.seq >= low) this.places.set(place.seq, place.line);
    }
  }

  async #nextPlace(): Promise<{ seq: number; line: string } | undefined> {
    for (;;) {
      const text = await this.#placeLines.next();
      if (text === undefined) return undefined;
      if (text.length > MAX_PLACE_CHARACTERS)
        throw new FormatError("format.bundle", "a place's line is longer than any signature");
      const match = PLACE.exec(text);
      if (match !== null) return { seq: Number(match[1]), line: match[2] ?? "" };
    }
  }
}
