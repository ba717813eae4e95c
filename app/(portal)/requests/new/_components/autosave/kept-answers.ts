import { keep, keptKey } from "@/components/client/kept-drafts";
import { type Answers, blankAnswers, type FormOptions } from "../answers/answers";
import type { CreateBody } from "../answers/bodies";

/** The draft as the server last gave it. */
export interface HeldDraft {
  readonly id: string;
  readonly reference: string;
  readonly version: number;
  readonly savedAt: string;
}

/** A filing whose outcome is not known. It is repeated with the same key and the same body. */
export interface PendingCreate {
  readonly key: string;
  readonly body: CreateBody;
}

/** What a window keeps of its form, so that no typed text is lost with the connection or by a reload. */
export interface DraftRecord {
  readonly answers: Answers;
  /** The content of the draft on the server, as text to compare with. */
  readonly saved?: string | undefined;
  readonly draft?: HeldDraft | undefined;
  readonly pending?: PendingCreate | undefined;
  readonly keptAt: string;
}

/** The part of the browser's Storage that is used. */
export interface RecordStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The browser's storage for this window. It is named at each use: servers have none, and a browser may forbid it. */
export const windowStorage: RecordStorage = {
  getItem: (key) => globalThis.sessionStorage.getItem(key),
  setItem: keep,
  removeItem: (key) => globalThis.sessionStorage.removeItem(key),
};

/** The key of a person's record for a draft; without a draft it is a request that is not saved yet. */
export function recordKey(person: string, draftId: string | undefined): string {
  return keptKey("request", person, draftId ?? "new");
}

/** Returns false where storage is full or forbidden. The form then says that its text is not kept. */
export function writeRecord(storage: RecordStorage, key: string, record: DraftRecord): boolean {
  try {
    storage.setItem(key, JSON.stringify(record));
    return true;
  } catch {
    return false;
  }
}

export function removeRecord(storage: RecordStorage, key: string): void {
  try {
    storage.removeItem(key);
  } catch {
    // Storage that cannot be used is empty.
  }
}

type Loose = Readonly<Record<string, unknown>>;

function looseOf(value: unknown): Loose {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/** Returns kept answers. Values that are not valid are blank. */
export function answersFrom(value: unknown, options: FormOptions): Answers {
  const kept = looseOf(value);
  const blank = blankAnswers(options);
  const texts = Object.fromEntries(
    Object.entries(blank).map(([name, empty]) => [
      name,
      typeof empty === "string" && typeof kept[name] === "string" ? kept[name] : empty,
    ]),
  );
  const groups = textsOf(kept.fields);
  return {
    ...blank,
    ...texts,
    purpose: options.purposes.find((purpose) => purpose === kept.purpose) ?? blank.purpose,
    kind: options.kinds.find((kind) => kind === kept.kind) ?? "",
    target: kept.target === "query" ? "query" : "ids",
    begin: kept.begin === "date" ? "date" : "approval",
    end: kept.end === "date" ? "date" : "order",
    ids: textsOf(kept.ids),
    level: options.level === "masked" || kept.level === "masked" ? "masked" : "full",
    sealed: (["yes", "no"] as const).find((one) => one === kept.sealed) ?? "",
    read: textsOf(kept.read),
    confirmed: textsOf(kept.confirmed),
    coViewers: textsOf(kept.coViewers),
    fields: options.fields.filter((field) => groups.includes(field)),
  };
}

function draftFrom(value: unknown): HeldDraft | undefined {
  const { id, reference, version, savedAt } = looseOf(value);
  if (typeof id !== "string" || typeof reference !== "string" || typeof version !== "number")
    return undefined;
  return { id, reference, version, savedAt: textOf(savedAt) };
}

function isCreateBody(value: unknown): value is CreateBody {
  const body = looseOf(value);
  return (
    typeof body.purpose === "string" && typeof body.justification === "string" && Array.isArray(body.fields)
  );
}

function pendingFrom(value: unknown): PendingCreate | undefined {
  const { key, body } = looseOf(value);
  return typeof key === "string" && isCreateBody(body) ? { key, body } : undefined;
}

/** Returns the record of a key; undefined if it is missing or cannot be read. */
export function readRecord(
  storage: RecordStorage,
  key: string,
  options: FormOptions,
): DraftRecord | undefined {
  let kept: unknown;
  try {
    const text = storage.getItem(key);
    if (text === null) return undefined;
    kept = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { answers, saved, draft, pending, keptAt } = looseOf(kept);
  return {
    answers: answersFrom(answers, options),
    saved: typeof saved === "string" ? saved : undefined,
    draft: draftFrom(draft),
    pending: pendingFrom(pending),
    keptAt: textOf(keptAt),
  };
}

const documentKey = (person: string, sha256: string): string =>
  keptKey("request", person, `document:${sha256}`);

/** Keeps the file name of a document by its digest, because the server stores no file names. */
export function keepDocumentName(storage: RecordStorage, person: string, sha256: string, name: string): void {
  try {
    storage.setItem(documentKey(person, sha256), name);
  } catch {
    // Without storage the document is shown with its type and size.
  }
}

/** Returns the file name that this window knows for a person's document. */
export function documentName(storage: RecordStorage, person: string, sha256: string): string | undefined {
  try {
    return storage.getItem(documentKey(person, sha256)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Data of a submitted request that the browser window keeps. The receipt is given only once. */
export interface SentMark {
  readonly leafHash: string;
}

const sentKey = (id: string): string => `sealport.sent|${id}`;

/** Keeps that this window has submitted a request, so that going back does not show its form again. */
export function markSent(
  storage: RecordStorage,
  person: string,
  id: string,
  leafHash: string | undefined,
): void {
  try {
    storage.setItem(sentKey(id), JSON.stringify({ leafHash: leafHash ?? "" }));
  } catch {
    // Without storage the server gives the same answer: the request is not a draft any more.
  }
  removeRecord(storage, recordKey(person, id));
}

/** Returns the mark of a request that this window has submitted. */
export function readSent(storage: RecordStorage, id: string): SentMark | undefined {
  try {
    const kept: unknown = JSON.parse(storage.getItem(sentKey(id)) ?? "null");
    if (typeof kept !== "object" || kept === null || !("leafHash" in kept)) return undefined;
    return { leafHash: textOf(kept.leafHash) };
  } catch {
    return undefined;
  }
}
