import "server-only";
import type { CompartmentKind, NamedKey } from "@/lib/context/recorder";
import { equalConstantTime, fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { openPartBytes, partDigest, partKey } from "@/lib/crypto/log/audit-part";
import { memberOf } from "../../crypto/json/canonical-json";
import { type Entry, entryLeaf, LABEL, parseEntry } from "./entry";
import { kindNamed } from "./event";
import type { PartRow } from "./part-rows";

/** An entry as it is stored: its bytes, its leaf if it has one yet, and the rows of its parts. */
export interface StoredEntry {
  readonly entry_id: string;
  readonly leaf_hash: Uint8Array | undefined;
  readonly bytes: Uint8Array;
  readonly parts: readonly PartRow[];
}

/** Compartment keys by the id of the compartment's row; undefined where a key no longer exists. */
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
 * One sealed part. If its key is available, kind and subject come from the sealed key and not from the compartment's
 * row. The part opens only if the entry binds these stored bytes by their digest.
 */
export class OpenedPart {
  readonly c: string;
  readonly compartmentId: string;
  readonly stored: Uint8Array | undefined;
  /** The kind in the compartment's row; undefined for an unknown kind. */
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
    // If the compartment row no longer exists, the label still identifies the org part.
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

  /** Whether the compartment's row has the same kind and subject as its key. */
  get isAsItsRowSays(): boolean {
    return this.named?.kind === this.rowKind && this.named?.subject === this.rowSubject;
  }

  /** Whether the entry binds these stored bytes. */
  get isBound(): boolean {
    return this.stored !== undefined && partDigest(this.stored) === this.of.digest;
  }

  /** The key that opens only this part of this entry; undefined if the compartment's key no longer exists. */
  get partKey(): Uint8Array | undefined {
    if (this.named !== undefined) this.#partKey ??= partKey(this.named.key, this.of.entryId);
    return this.#partKey;
  }

  /** The JCS that was sealed; undefined if the part does not open. */
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

/** Digests by label of the parts that an entry binds. Changed bytes may name invalid labels. */
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

/** The reason why the stored bytes do not match the entry of their leaf. */
export type EntryFault =
  | { readonly is: "other leaf" }
  | { readonly is: "other entry" }
  | { readonly is: "no entry"; readonly why: string };

/**
 * All that an entry's stored bytes, its leaf, its part rows and the available keys show. Exports, lists, single
 * entries and the self-check must all use this class to turn rows into entries.
 */
export class OpenedEntry {
  /** The bytes as JSON; undefined if they are not JSON. */
  readonly json: Json | undefined;
  /** Every part row with its bytes, including labels that the entry does not bind. */
  readonly parts: readonly OpenedPart[];
  #digests: ReadonlyMap<string, Json | undefined> | undefined;
  #isOfLeaf: boolean | undefined;

  constructor(
    log: string,
    readonly row: StoredEntry,
    keys: Keys,
  ) {
    this.json = parsed(textOf(row.bytes));
    this.parts = row.parts.map((part) => {
      const of = { log, entryId: row.entry_id, digest: this.digests.get(part.c) };
      return new OpenedPart(of, part, keys.get(part.compartmentId));
    });
  }

  /** Digests by label; an export that opens no part asks for none. */
  private get digests(): ReadonlyMap<string, Json | undefined> {
    this.#digests ??= digestsOf(this.json);
    return this.#digests;
  }

  /** The parts whose labels the entry binds. */
  get bound(): readonly OpenedPart[] {
    return this.parts.filter(({ c }) => this.digests.has(c));
  }

  /** Labels of the parts that the entry binds. */
  get labels(): string[] {
    return [...this.digests.keys()];
  }

  /** Whether the stored bytes give the leaf (I5). */
  get isOfLeaf(): boolean {
    const { bytes, leaf_hash } = this.row;
    this.#isOfLeaf ??= leaf_hash !== undefined && equalConstantTime(entryLeaf(bytes), leaf_hash);
    return this.#isOfLeaf;
  }

  /** The organisation's part, if it opens. */
  get org(): OpenedPart | undefined {
    return this.parts.find((part) => part.c === "org" && part.kind === "org" && part.text !== undefined);
  }

  /** The case part, if it opens. Its compartment has the id of the case as subject. */
  get case(): OpenedPart | undefined {
    return this.parts.find((part) => part.kind === "case" && part.text !== undefined);
  }

  /** The entry that matches the leaf, or the reason why the stored bytes do not match. */
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
