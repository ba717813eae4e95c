import { keep } from "@/components/client/kept-drafts";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import {
  type Answers,
  answersOf,
  blankAnswers,
  DRAFT_NAMES,
  FACT_NAMES,
  type FormOptions,
  isSameIn,
} from "../answers/answers";
import { createBodyOf, factsOf, untilOf } from "../answers/bodies";
import { keepDocumentName } from "../document/document-name";
import type { ReadOutcome } from "../document/read-document";
import { loadReader } from "../load-reader";
import { type AttachCall, type Attached, AuthorityStore } from "../sections/authority-store";
import { LookupStore, readTransaction } from "../transactions/lookups";
import { attach, draftCalls } from "./calls";
import { type DraftRecord, type RecordStorage, readRecord, recordKey } from "./draft-record";
import { DraftStore } from "./draft-store";
import { withAnswers } from "./merge";

/** What the page was opened with. */
export interface Opening {
  readonly options: FormOptions;
  /** The draft named by the address. */
  readonly view: RequestView | undefined;
  /** Answers given by the address, for a request that is being begun. */
  readonly prefill: Partial<Answers>;
}

export interface Stores {
  readonly draft: DraftStore;
  readonly authority: AuthorityStore;
  readonly lookups: LookupStore;
  /** Typing of this window that no draft holds yet was found again. */
  readonly isRestored: boolean;
}

/** Named at each use: on the server there is none, and a browser may forbid it. */
export const windowStorage: RecordStorage = {
  getItem: (key) => globalThis.sessionStorage.getItem(key),
  setItem: keep,
  removeItem: (key) => globalThis.sessionStorage.removeItem(key),
};

/** What the server holds of it. A draft without an end shows the order's, which is not with the server until it is saved. */
function heldOf(view: RequestView, answers: Answers): Answers {
  return view.until === undefined && untilOf(answers) !== undefined
    ? { ...answers, end: "date", until: "" }
    : answers;
}

function freshRecord({ options, view, prefill }: Opening): DraftRecord {
  if (view === undefined) return { answers: { ...blankAnswers(options), ...prefill }, keptAt: "" };
  const answers = answersOf(view, options);
  const { id, reference, version, updated_at: savedAt } = view;
  return { answers, base: heldOf(view, answers), draft: { id, reference, version, savedAt }, keptAt: "" };
}

/** Whether this window holds answers that the server's draft does not have. */
function hasUnsaved({ answers, base }: DraftRecord, options: FormOptions): boolean {
  const bodyOf = (of: Answers) => JSON.stringify(createBodyOf(of, options, Date.now()));
  return base === undefined || bodyOf(answers) !== bodyOf(base);
}

/** This window's own record where it knows more than the server, else what the server or the address gives. */
function startRecord(opening: Opening, kept: DraftRecord | undefined): DraftRecord {
  const { options, view, prefill } = opening;
  const fresh = freshRecord(opening);
  if (kept === undefined) return fresh;
  if (view === undefined) {
    // An address that names transactions begins anew, but a filing whose outcome is open is never left behind.
    const isOther = Object.keys(prefill).length > 0 && kept.pending === undefined;
    return isOther || isSameIn([...DRAFT_NAMES, ...FACT_NAMES], kept.answers, fresh.answers) ? fresh : kept;
  }
  const isNewer = kept.draft !== undefined && kept.draft.version >= view.version;
  if (isNewer || hasUnsaved(kept, options)) return kept;
  // Facts without a document are nowhere but here.
  return view.authorization === undefined
    ? { ...fresh, answers: withAnswers(fresh.answers, kept.answers, FACT_NAMES) }
    : fresh;
}

function attachedOf({ view, options }: Opening): Attached | undefined {
  if (view?.authorization === undefined) return undefined;
  const { document, signature = [] } = view.authorization;
  const facts = JSON.stringify(factsOf(answersOf(view, options)));
  return { facts, document, from: undefined, isSigned: signature.length > 0 };
}

async function readChosen(file: File): Promise<ReadOutcome> {
  try {
    const { readDocument } = await loadReader();
    return await readDocument(file);
  } catch {
    return { fault: "unreadable", name: file.name };
  }
}

/** Attaching makes a new version of the draft; without it the next change would look like a clash. */
function attachTo(draft: DraftStore, person: string) {
  return async (input: AttachCall) => {
    const answer = await attach(input);
    draft.advance(answer.request_version);
    if (input.document !== undefined && answer.document !== undefined)
      keepDocumentName(windowStorage, person, answer.document.sha256, input.document.name);
    return answer;
  };
}

/** The form's stores; `isFirst` while the page must look as the server drew it, without this window's record. */
export function openStores(opening: Opening, isFirst: boolean): Stores {
  const { options, view } = opening;
  const key = recordKey(options.person, view?.id);
  const kept = isFirst ? undefined : readRecord(windowStorage, key, options);
  const start = startRecord(opening, kept);
  const lookups = new LookupStore(readTransaction);
  const newKey = () => globalThis.crypto.randomUUID();
  const draft = new DraftStore(
    {
      options,
      calls: draftCalls,
      storage: windowStorage,
      nowMs: Date.now,
      newKey,
      isUnknown: lookups.isUnknown,
    },
    start,
  );
  const authority = new AuthorityStore(
    { attach: attachTo(draft, options.person), read: readChosen, newKey },
    attachedOf(opening),
  );
  return { draft, authority, lookups, isRestored: start === kept && view === undefined };
}
