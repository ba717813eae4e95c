import { viewOf } from "./search";

/** Bytes of one value of each field type (TIFF 6.0, section 2); 0 for numbers that name no type. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const ENTRY_BYTES = 12;
/** Maximum number of entries and offsets to read, so that overlapping directories cost no more than honest ones. */
const MAX_STEPS = 1_000_000;
/** Maximum depth of nested directories. An honest file has three. */
const MAX_DEPTH = 32;
const SHORT = 3;
/** Types that an offset may have: SHORT, LONG, IFD. */
const OFFSET_TYPES = [SHORT, 4, 13];
/** Offset fields and the fields with their lengths: strips, tiles, and the JPEG of a preview. */
const PIECES = [
  [273, 279],
  [324, 325],
  [513, 514],
] as const;
/** Fields that point at further directories: SubIFDs, EXIF, GPS, interoperability. */
const DIRECTORIES = [330, 34_665, 34_853, 40_965];

class Damaged extends Error {}

interface Field {
  readonly type: number;
  readonly count: number;
  /** Position of its values: in the entry itself, or where the entry points. */
  readonly at: number;
}

/** Reads a TIFF's directories and remembers the last byte that any of them uses. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #isLittle: boolean;
  readonly #seen = new Set<number>();
  #steps = 0;
  end = 8;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#isLittle = bytes[0] === 0x49;
  }

  #claim(from: number, length: number): void {
    const end = from + length;
    if (end > this.#bytes.length) throw new Damaged();
    if (end > this.end) this.end = end;
  }

  #step(count: number): void {
    this.#steps += count;
    if (this.#steps > MAX_STEPS) throw new Damaged();
  }

  #long(at: number): number {
    if (at + 4 > this.#bytes.length) throw new Damaged();
    return this.#view.getUint32(at, this.#isLittle);
  }

  #short(at: number): number {
    if (at + 2 > this.#bytes.length) throw new Damaged();
    return this.#view.getUint16(at, this.#isLittle);
  }

  #fields(at: number, count: number): Map<number, Field> {
    const fields = new Map<number, Field>();
    for (let entry = at + 2; entry < at + 2 + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
      const type = this.#short(entry + 2);
      const values = this.#long(entry + 4);
      const length = (TYPE_BYTES[type] ?? 0) * values;
      const place = length <= 4 ? entry + 8 : this.#long(entry + 8);
      if (length > 4) this.#claim(place, length);
      fields.set(this.#short(entry), { type, count: values, at: place });
    }
    return fields;
  }

  #numbers(field: Field | undefined): number[] {
    if (field === undefined) return [];
    if (!OFFSET_TYPES.includes(field.type)) throw new Damaged();
    this.#step(field.count);
    const isShort = field.type === SHORT;
    return Array.from({ length: field.count }, (_, index) =>
      isShort ? this.#short(field.at + 2 * index) : this.#long(field.at + 4 * index),
    );
  }

  #claimPieces(fields: ReadonlyMap<number, Field>): void {
    for (const [offsets, lengths] of PIECES) {
      const places = this.#numbers(fields.get(offsets));
      const sizes = this.#numbers(fields.get(lengths));
      // Without the lengths the end of the picture is unknown.
      if (places.length !== sizes.length) throw new Damaged();
      for (const [index, place] of places.entries()) this.#claim(place, sizes[index] ?? 0);
    }
  }

  /** Walks a chain of directories. No directory is read twice, so a cycle ends. */
  walk(first: number, depth = 0): void {
    if (depth > MAX_DEPTH) throw new Damaged();
    for (let at = first; at !== 0 && !this.#seen.has(at); ) {
      this.#seen.add(at);
      const count = this.#short(at);
      this.#step(count + 1);
      const length = 2 + count * ENTRY_BYTES;
      this.#claim(at, length + 4);
      const fields = this.#fields(at, count);
      this.#claimPieces(fields);
      for (const tag of DIRECTORIES)
        for (const place of this.#numbers(fields.get(tag))) this.walk(place, depth + 1);
      at = this.#long(at + length);
    }
  }

  /** Reads the pages. At least one is required. */
  walkAll(): void {
    const first = this.#long(4);
    if (first === 0) throw new Damaged();
    this.walk(first);
  }
}

/**
 * Returns the end of a TIFF: after the last byte that a directory, a value or a piece of a picture uses, plus one byte if
 * needed to make it even. Undefined when something that it names is missing.
 */
export function tiffEnd(bytes: Uint8Array): number | undefined {
  const reader = new Reader(bytes);
  try {
    reader.walkAll();
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
  const { end } = reader;
  return end % 2 === 1 && bytes[end] === 0 ? end + 1 : end;
}
