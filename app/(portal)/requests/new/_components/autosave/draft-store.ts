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
import { type CreateBody, changeBodyOf, createBodyOf, untilOf } from "../answers/bodies";
import { type CallQueue, type DraftCalls, failureKind, type SavedAnswer } from "./draft-calls";
import {
  type DraftRecord,
  type HeldDraft,
  type PendingCreate,
  type RecordStorage,
  recordKey,
  removeRecord,
  writeRecord,
} from "./kept-answers";

export type SaveStatus =
  /** Nothing was typed, a change waits, a call runs, or the server has everything. */
  | { readonly kind: "idle" | "changed" | "saving" | "saved" }
  /** Not enough for the server yet: kept in this window. */
  | { readonly kind: "kept" }
  | { readonly kind: "lost" | "signedOut" }
  | { readonly kind: "refused"; readonly error: unknown }
  /** Another window has saved something else. The person chooses which version stays. */
  | { readonly kind: "conflict"; readonly view: RequestView }
  /** Submitted or withdrawn in another window: it is not a draft any more. */
  | { readonly kind: "closed" };

export interface DraftState {
  readonly answers: Answers;
  readonly draft: HeldDraft | undefined;
  readonly status: SaveStatus;
  /** False when the browser keeps nothing: a reload would lose what the server does not have. */
  readonly isKept: boolean;
}

export interface StoreParts {
  readonly options: FormOptions;
  readonly calls: DraftCalls;
  readonly queue: CallQueue;
  readonly storage: RecordStorage;
  readonly nowMs: () => number;
  readonly newKey: () => string;
  /** Transactions that do not exist. A draft that names one would be refused as a whole. */
  readonly isUnknown: (id: string) => boolean;
}

/** Statuses that a change of an answer ends. */
const RESTING: readonly SaveStatus["kind"][] = ["idle", "changed", "saved", "kept", "refused"];

/** The content of a body as text to compare with. The order of its lists has no meaning. */
export function contentOf(body: CreateBody | undefined): string | undefined {
  if (body === undefined) return undefined;
  const inOrder = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);
  return JSON.stringify(body, (_name, value) => inOrder(value));
}

/**
 * The answers in the server's draft. A draft without an end shows the end of its order, which the server
 * does not have until the draft is saved.
 */
export function answersHeld(view: RequestView, options: FormOptions): Answers {
  const answers = answersOf(view, options);
  return view.until === undefined && untilOf(answers) !== undefined
    ? { ...answers, end: "date", until: "" }
    : answers;
}

/** What the form shows of the server's draft. Facts that are not attached exist only in this window. */
export function answersShown(view: RequestView, options: FormOptions, mine: Answers): Answers {
  const theirs = answersOf(view, options);
  if (view.authorization !== undefined) return theirs;
  return { ...theirs, ...Object.fromEntries(FACT_NAMES.map((name) => [name, mine[name]])) };
}

export function heldOf(view: SavedAnswer): HeldDraft {
  return { id: view.id, reference: view.reference, version: view.version, savedAt: view.updated_at };
}

/**
 * Owns the form's answers, keeps them in the window at every change, and saves them: it files the draft once that is
 * valid enough, then changes it by version.
 */
export class DraftStore {
  #state: DraftState;
  /** Content of the draft on the server. */
  #saved: string | undefined;
  #pending: PendingCreate | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly parts: StoreParts,
    start: DraftRecord,
  ) {
    this.#saved = start.saved;
    this.#pending = start.pending;
    this.#state = { answers: start.answers, draft: start.draft, status: { kind: "idle" }, isKept: true };
    this.#state = { ...this.#state, status: { kind: this.#restingKind() } };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): DraftState => this.#state;

  /** True while the server could have something that it does not have. */
  get isDirty(): boolean {
    const content = contentOf(this.#body(this.#state.answers));
    return this.#pending !== undefined || (content !== undefined && content !== this.#saved);
  }

  change(changes: Partial<Answers>): void {
    const { status } = this.#state;
    this.#update({ answers: { ...this.#state.answers, ...changes } });
    if (RESTING.includes(status.kind)) this.#update({ status: { kind: this.#restingKind() } });
  }

  /** Saves until the server has everything that is valid enough. Resolves in any case; the status shows the outcome. */
  save(): Promise<void> {
    return this.parts.queue.run(async () => {
      if (this.#state.status.kind !== "conflict" && this.#state.status.kind !== "closed")
        await this.#saveAll();
    });
  }

  /** Takes the version that attaching an order made. Any other version is a change of another window, which a save finds. */
  advance(version: number): void {
    const { draft } = this.#state;
    if (draft !== undefined && version === draft.version + 1) this.#update({ draft: { ...draft, version } });
  }

  /** Ends a conflict: the form shows the other version, or this window's answers are saved over it. */
  async settle(which: "theirs" | "mine"): Promise<void> {
    const { status, answers: mine } = this.#state;
    if (status.kind !== "conflict") return;
    const { view } = status;
    const { options } = this.parts;
    this.#saved = contentOf(this.#body(answersHeld(view, options)));
    const answers = which === "mine" ? mine : answersShown(view, options, mine);
    this.#update({ answers, draft: heldOf(view), status: { kind: "changed" } });
    await this.save();
  }

  forget(): void {
    const { storage, options } = this.parts;
    removeRecord(storage, recordKey(options.person, this.#state.draft?.id));
  }

  #body(answers: Answers): CreateBody | undefined {
    const { options, nowMs, isUnknown } = this.parts;
    const ids = answers.ids.filter((id) => !isUnknown(id));
    return createBodyOf({ ...answers, ids }, options, nowMs());
  }

  #restingKind(): "idle" | "changed" | "saved" | "kept" {
    const { answers, draft } = this.#state;
    if (this.#body(answers) === undefined) {
      const blank = blankAnswers(this.parts.options);
      return isSameIn([...DRAFT_NAMES, ...FACT_NAMES], answers, blank) ? "idle" : "kept";
    }
    return draft === undefined || this.isDirty ? "changed" : "saved";
  }

  async #saveAll(): Promise<void> {
    try {
      while (this.isDirty) {
        this.#update({ status: { kind: "saving" } });
        if (this.#state.draft === undefined) await this.#create();
        else if (!(await this.#changeOnce(this.#state.draft))) return;
      }
      this.#update({ status: { kind: this.#restingKind() } });
    } catch (error) {
      const kind = failureKind(error);
      const isRefused = kind === "refused" || kind === "conflict";
      if (isRefused) this.#pending = undefined;
      this.#update({ status: isRefused ? { kind: "refused", error } : { kind } });
    }
  }

  async #create(): Promise<void> {
    const body = this.#body(this.#state.answers);
    // A filing whose answer was lost is repeated first, unchanged: another body with its key would be refused.
    this.#pending ??= body === undefined ? undefined : { key: this.parts.newKey(), body };
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#keep();
    const draft = heldOf(await this.parts.calls.create(pending.body, pending.key));
    this.#pending = undefined;
    this.#saved = contentOf(pending.body);
    this.#update({ draft });
    const { storage, options } = this.parts;
    removeRecord(storage, recordKey(options.person, undefined));
  }

  /** Returns false when the person has to choose a version first. */
  async #changeOnce({ id, version }: HeldDraft): Promise<boolean> {
    const { calls } = this.parts;
    const body = this.#body(this.#state.answers);
    if (body === undefined) return true;
    try {
      const draft = heldOf(await calls.change(id, changeBodyOf(body), version));
      this.#saved = contentOf(body);
      this.#update({ draft });
      return true;
    } catch (error) {
      if (failureKind(error) !== "conflict") throw error;
      return this.#compare(await calls.read(id), body);
    }
  }

  /** Finds out why the version has changed. Returns false for a change of another window. */
  #compare(view: RequestView, sent: CreateBody): boolean {
    const theirs = contentOf(this.#body(answersHeld(view, this.parts.options)));
    // The same content: our own change, whose answer was lost. The former content: an order was attached elsewhere.
    const isOurs = theirs === contentOf(sent) || theirs === this.#saved;
    if (isOurs) this.#saved = theirs;
    this.#update(isOurs ? { draft: heldOf(view) } : { status: { kind: "conflict", view } });
    return isOurs;
  }

  #update(changes: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...changes };
    this.#keep();
    for (const listener of this.#listeners) listener();
  }

  #keep(): void {
    const { storage, options, nowMs } = this.parts;
    const { answers, draft } = this.#state;
    const keptAt = new Date(nowMs()).toISOString();
    const record = { answers, saved: this.#saved, draft, pending: this.#pending, keptAt };
    const isKept = writeRecord(storage, recordKey(options.person, draft?.id), record);
    if (isKept !== this.#state.isKept) this.#state = { ...this.#state, isKept };
  }
}
