import { randomBytes } from "@/lib/crypto/primitives";
import { isUuid } from "@/lib/crypto/uuid";

const WORDS = 4;
/** Hexadecimal digits of a word. */
const DIGITS = 8;
const [HYPHEN, ZERO, NINE, LETTER_A] = [0x2d, 0x30, 0x39, 0x61];
/** Random words of the hash: one for each value of each byte of an id. */
const SECRET_WORDS = WORDS * 4 * 256;

/**
 * First place of every id, in 24 bytes an id instead of the hundred of a Map of texts: sixteen for the id, and a table of
 * positions. Secret random words, drawn here, decide an id's place in the table (tabulation hashing). Otherwise the
 * writer of a bundle could choose ids that all collide. The answers of the set do not depend on the random words.
 */
export class IdSet {
  #ids = new Uint32Array(WORDS * 1024);
  #seqs = new Float64Array(1024);
  #table = new Int32Array(4096).fill(-1);
  #count = 0;
  readonly #word = new Uint32Array(WORDS);
  readonly #secret = new Uint32Array(randomBytes(SECRET_WORDS * 4).slice().buffer);

  /** Returns the number of the earlier entry with this id (a UUID in lower case). Undefined when the id is new. */
  firstAt(id: string, seq: number): number | undefined {
    this.#parse(id);
    const found = this.#find();
    if (found >= 0) return this.#seqs[found];
    if (this.#count * 2 >= this.#table.length) this.#grow();
    this.#store(seq);
    return undefined;
  }

  /** Returns the number of the first entry with this id. Undefined when none has it, or the text is not an id. */
  placeOf(id: string): number | undefined {
    if (!isUuid(id)) return undefined;
    this.#parse(id);
    const found = this.#find();
    return found < 0 ? undefined : this.#seqs[found];
  }

  #parse(id: string): void {
    let [word, digits, value] = [0, 0, 0];
    for (let at = 0; at < id.length; at += 1) {
      const code = id.charCodeAt(at);
      if (code === HYPHEN) continue;
      value = (value << 4) | (code <= NINE ? code - ZERO : code - LETTER_A + 10);
      digits += 1;
      if (digits < DIGITS) continue;
      this.#word[word] = value >>> 0;
      word += 1;
      digits = 0;
      value = 0;
    }
  }

  #slot(words: Uint32Array, from: number): number {
    let hash = 0;
    for (let at = 0; at < WORDS; at += 1) {
      const word = words[from + at] ?? 0;
      const table = at << 10;
      hash ^= this.#secret[table | (word & 255)] ?? 0;
      hash ^= this.#secret[table | 256 | ((word >>> 8) & 255)] ?? 0;
      hash ^= this.#secret[table | 512 | ((word >>> 16) & 255)] ?? 0;
      hash ^= this.#secret[table | 768 | (word >>> 24)] ?? 0;
    }
    return (hash >>> 0) & (this.#table.length - 1);
  }

  #find(): number {
    const mask = this.#table.length - 1;
    for (let slot = this.#slot(this.#word, 0); ; slot = (slot + 1) & mask) {
      const held = this.#table[slot] ?? -1;
      if (held < 0) return -1;
      let isSame = true;
      for (let at = 0; at < WORDS; at += 1) isSame &&= this.#ids[held * WORDS + at] === this.#word[at];
      if (isSame) return held;
    }
  }

  #store(seq: number): void {
    if ((this.#count + 1) * WORDS > this.#ids.length) {
      const ids = new Uint32Array(this.#ids.length * 2);
      ids.set(this.#ids);
      this.#ids = ids;
      const seqs = new Float64Array(this.#seqs.length * 2);
      seqs.set(this.#seqs);
      this.#seqs = seqs;
    }
    this.#ids.set(this.#word, this.#count * WORDS);
    this.#seqs[this.#count] = seq;
    this.#place(this.#count);
    this.#count += 1;
  }

  #place(held: number): void {
    const mask = this.#table.length - 1;
    let slot = this.#slot(this.#ids, held * WORDS);
    while ((this.#table[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    this.#table[slot] = held;
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2).fill(-1);
    for (let held = 0; held < this.#count; held += 1) this.#place(held);
  }
}
