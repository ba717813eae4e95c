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
import { createBodyOf, factsOf } from "../answers/bodies";
import type { ReadOutcome } from "../document/read-document";
import { type Attached, AuthorityStore } from "../sections/authority-store";
import { LookupStore, readTransaction } from "../transactions/lookups";
import { CallQueue, draftCalls } from "./draft-calls";
import { answersHeld, answersShown, contentOf, DraftStore, heldOf } from "./draft-store";
import { type DraftRecord, keepDocumentName, readRecord, recordKey, windowStorage } from "./kept-answers";
import { type AttachCall, attach } from "./send-order";

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
  /** Text of this window that is in no draft yet was restored. */
  readonly isRestored: boolean;
}

function freshRecord({ options, view, prefill }: Opening): DraftRecord {
  if (view === undefined) return { answers: { ...blankAnswers(options), ...prefill }, keptAt: "" };
  const saved = contentOf(createBodyOf(answersHeld(view, options), options, Date.now()));
  return { answers: answersOf(view, options), saved, draft: heldOf(view), keptAt: "" };
}

/** Whether this window has answers that the server's draft does not have. */
function hasUnsaved({ answers, saved }: DraftRecord, options: FormOptions): boolean {
  return saved === undefined || contentOf(createBodyOf(answers, options, Date.now())) !== saved;
}

/** Returns this window's record where it has more than the server, otherwise what the server or the address gives. */
function startRecord(opening: Opening, kept: DraftRecord | undefined): DraftRecord {
  const { options, view, prefill } = opening;
  const fresh = freshRecord(opening);
  if (kept === undefined) return fresh;
  if (view === undefined) {
    // An address that names transactions begins a new request, but a filing with an unknown outcome is finished first.
    const isOther = Object.keys(prefill).length > 0 && kept.pending === undefined;
    return isOther || isSameIn([...DRAFT_NAMES, ...FACT_NAMES], kept.answers, fresh.answers) ? fresh : kept;
  }
  const isNewer = kept.draft !== undefined && kept.draft.version >= view.version;
  if (isNewer || hasUnsaved(kept, options)) return kept;
  return { ...fresh, answers: answersShown(view, options, kept.answers) };
}

export function attachedOf(view: RequestView | undefined, options: FormOptions): Attached | undefined {
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

/** Attaching makes a new version of the draft. Without it the next change would look like one of another window. */
function attachTo(draft: DraftStore, person: string) {
  return async (input: AttachCall) => {
    const answer = await attach(input);
    draft.advance(answer.request_version);
    if (input.document !== undefined && answer.document !== undefined)
      keepDocumentName(windowStorage, person, answer.document.sha256, input.document.name);
    return answer;
  };
}

/** Loads the code that reads a chosen file. It is fetched early, so that it works when the connection is lost later. */
export const loadReader = () => import("../document/read-document");

/** Opens the form's stores. With `isFirst` they do not use this window's record: the page must first match the server's. */
export function openStores(opening: Opening, isFirst: boolean): Stores {
  const { options, view } = opening;
  const key = recordKey(options.person, view?.id);
  const kept = isFirst ? undefined : readRecord(windowStorage, key, options);
  const start = startRecord(opening, kept);
  const lookups = new LookupStore(readTransaction);
  const newKey = () => globalThis.crypto.randomUUID();
  const queue = new CallQueue();
  const draft = new DraftStore(
    {
      options,
      calls: draftCalls,
      queue,
      storage: windowStorage,
      nowMs: Date.now,
      newKey,
      isUnknown: lookups.isUnknown,
    },
    start,
  );
  const authority = new AuthorityStore(
    { attach: attachTo(draft, options.person), queue, read: readChosen, newKey },
    attachedOf(view, options),
  );
  return { draft, authority, lookups, isRestored: start === kept && view === undefined };
}
