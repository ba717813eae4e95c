import { keptKey } from "@/components/client/kept-drafts";
import { type Answers, blankAnswers, type FormOptions } from "../answers/answers";
import type { CreateBody } from "../answers/bodies";

/** The draft as the server last gave it. */
export interface HeldDraft {
  readonly id: string;
  readonly reference: string;
  readonly version: number;
  readonly savedAt: string;
}

/** A filing whose outcome is not known: it is repeated with the same key and the same body, and no other. */
export interface PendingCreate {
  readonly key: string;
  readonly body: CreateBody;
  readonly answers: Answers;
}

/** What a window keeps of its form, so that neither a lost connection nor a reload loses a word. */
export interface DraftRecord {
  readonly answers: Answers;
  /** The answers that the server has. */
  readonly base?: Answers | undefined;
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

/** One record a person and draft; the one without a draft is the request that is being begun. */
export function recordKey(person: string, draftId: string | undefined): string {
  return keptKey("request", person, draftId ?? "new");
}

/** Storage may be full or forbidden: the form then works without its net, and says that it is not kept. */
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
    // What cannot be removed was never written.
  }
}

type Loose = Readonly<Record<string, unknown>>;

function looseOf(value: unknown): Loose {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/** Answers as they were kept; whatever is not of its kind is left blank. */
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

function pendingFrom(value: unknown, options: FormOptions): PendingCreate | undefined {
  const { key, body, answers } = looseOf(value);
  if (typeof key !== "string" || !isCreateBody(body)) return undefined;
  return { key, body, answers: answersFrom(answers, options) };
}

/** The record under a key; undefined when there is none that can be read. */
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
  const { answers, base, draft, pending, keptAt } = looseOf(kept);
  return {
    answers: answersFrom(answers, options),
    base: base === undefined ? undefined : answersFrom(base, options),
    draft: draftFrom(draft),
    pending: pendingFrom(pending, options),
    keptAt: textOf(keptAt),
  };
}
