import "server-only";
import type { CompartmentKind, NamedKey } from "@/lib/context/recorder";
import { equalConstantTime, fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { openPartBytes, partDigest, partKey } from "@/lib/crypto/log/audit-part";
import { memberOf } from "../bundle-verifier/container/member";
import { type Entry, entryLeaf, LABEL, parseEntry } from "./entry";
import { kindNamed } from "./event";
import type { PartRow } from "./part-rows";

/** An entry as it is stored: its bytes, its leaf unless it waits for one, and the rows of its parts. */
export interface StoredEntry {
  readonly entry_id: string;
  readonly leaf_hash: Uint8Array | undefined;
  readonly bytes: Uint8Array;
  readonly parts: readonly PartRow[];
}

/** Compartment keys by the id of the compartment's row; undefined where a key is gone. */
export type Keys = ReadonlyMap<string, NamedKey | undefined>;

function parsed(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("utf8");
}

/**
 * One sealed part. With its key, kind and subject are the ones that the key is sealed for, whatever the row of the
 * compartment says. It opens only if the entry binds these stored bytes by their digest.
 */
export class OpenedPart {
  readonly c: string;
  readonly compartmentId: string;
  readonly stored: Uint8Array | undefined;
  /** What the compartment's row says; undefined where it says a kind that does not exist. */
  readonly rowKind: CompartmentKind | undefined;
  readonly rowSubject: string | null;
  #partKey: Uint8Array | undefined;
  #text: string | null | undefined;

  constructor(
    private readonly of: {
      readonly log: string;
      readonly entryId: string;
      readonly digest: Json | undefined;
    },
    row: PartRow,
    readonly named: NamedKey | undefined,
  ) {
    this.c = row.c;
    this.compartmentId = row.compartmentId;
    this.stored = row.stored;
    // The row of a compartment that is gone says no kind; the label shows the org part.
    const missing = row.c === "org" ? "org" : "subject";
    this.rowKind = row.kind === null ? missing : kindNamed(row.kind);
    this.rowSubject = row.subject;
  }

  get kind(): CompartmentKind | undefined {
    return this.named?.kind ?? this.rowKind;
  }

  get subject(): string | null {
    return this.named?.subject ?? this.rowSubject;
  }

  /** Whether the compartment's row says the same kind and subject as its key. */
  get isAsItsRowSays(): boolean {
    return this.named?.kind === this.rowKind && this.named?.subject === this.rowSubject;
  }

  /** Whether the entry binds these stored bytes. */
  get isBound(): boolean {
    return this.stored !== undefined && partDigest(this.stored) === this.of.digest;
  }

  /** The key that opens this part of this entry only; undefined where the compartment's key is gone. */
  get partKey(): Uint8Array | undefined {
    if (this.named !== undefined) this.#partKey ??= partKey(this.named.key, this.of.entryId);
    return this.#partKey;
  }

  /** The JCS that was sealed; undefined where the part does not open. */
  get text(): string | undefined {
    if (this.#text === undefined) this.#text = this.#open() ?? null;
    return this.#text ?? undefined;
  }

  get plaintext(): Json | undefined {
    return parsed(this.text);
  }

  #open(): string | undefined {
    const { stored, partKey: key } = this;
    if (stored === undefined || key === undefined || !this.isBound) return undefined;
    const { log, entryId } = this.of;
    try {
      return fromUtf8(openPartBytes({ log, entryId, c: this.c, partKey: key, stored }));
    } catch (error) {
      if (error instanceof OpenError || error instanceof FormatError) return undefined;
      throw error;
    }
  }
}

/** Digests by label of the parts that an entry binds; changed bytes may name labels that cannot exist. */
function digestsOf(json: Json | undefined): ReadonlyMap<string, Json | undefined> {
  const digests = new Map<string, Json | undefined>();
  const sealed = memberOf(json, "sealed");
  if (!Array.isArray(sealed)) return digests;
  for (const one of sealed) {
    const c = memberOf(one, "c");
    if (typeof c === "string" && LABEL.test(c)) digests.set(c, memberOf(one, "d"));
  }
  return digests;
}

/** Why the stored bytes are not the entry that their leaf stands for. */
export type EntryFault =
  | { readonly is: "other leaf" }
  | { readonly is: "other entry" }
  | { readonly is: "no entry"; readonly why: string };

/**
 * Everything that an entry's stored bytes, its leaf, its part rows and the available keys show. Exports, lists, single
 * entries and the self-check turn rows into entries only here.
 */
export class OpenedEntry {
  /** The bytes as JSON; undefined where they are not JSON. */
  readonly json: Json | undefined;
  /** Every part row with its bytes, also of labels that the entry does not bind. */
  readonly parts: readonly OpenedPart[];
  readonly #digests: ReadonlyMap<string, Json | undefined>;
  #isOfLeaf: boolean | undefined;

  constructor(
    log: string,
    readonly row: StoredEntry,
    keys: Keys,
  ) {
    this.json = parsed(textOf(row.bytes));
    this.#digests = digestsOf(this.json);
    this.parts = row.parts.map((part) => {
      const of = { log, entryId: row.entry_id, digest: this.#digests.get(part.c) };
      return new OpenedPart(of, part, keys.get(part.compartmentId));
    });
  }

  /** The parts whose labels the entry binds. */
  get bound(): readonly OpenedPart[] {
    return this.parts.filter(({ c }) => this.#digests.has(c));
  }

  /** Labels of the parts that the entry binds. */
  get labels(): string[] {
    return [...this.#digests.keys()];
  }

  /** Whether the stored bytes give the leaf (I5). */
  get isOfLeaf(): boolean {
    const { bytes, leaf_hash } = this.row;
    this.#isOfLeaf ??= leaf_hash !== undefined && equalConstantTime(entryLeaf(bytes), leaf_hash);
    return this.#isOfLeaf;
  }

  /** The part of the organisation, if it opens. */
  get org(): OpenedPart | undefined {
    return this.parts.find((part) => part.c === "org" && part.kind === "org" && part.text !== undefined);
  }

  /** The part of the case, if it opens: its compartment is named after the case. */
  get case(): OpenedPart | undefined {
    return this.parts.find((part) => part.kind === "case" && part.text !== undefined);
  }

  /** The entry that the leaf vouches for, or why the stored bytes are not it. */
  get checked(): Entry | EntryFault {
    if (!this.isOfLeaf) return { is: "other leaf" };
    try {
      const entry = parseEntry(this.row.bytes);
      return entry.id === this.row.entry_id ? entry : { is: "other entry" };
    } catch (error) {
      if (error instanceof FormatError) return { is: "no entry", why: error.message };
      throw error;
    }
  }
}
