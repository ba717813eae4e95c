import type { RequestView } from "@/lib/access/requests/answer-schema";
import {
  type AnswerName,
  type Answers,
  blankAnswers,
  DRAFT_NAMES,
  FACT_NAMES,
  isSameIn,
} from "../answers/answers";
import { type CreateBody, changeBodyOf, createBodyOf } from "../answers/bodies";
import {
  type DraftRecord,
  type HeldDraft,
  type PendingCreate,
  recordKey,
  removeRecord,
  writeRecord,
} from "./draft-record";
import type { DraftState, SavedAnswer, SaveStatus, StoreParts } from "./draft-state";
import { type Clash, mergeAnswers, togetherWith, withAnswers } from "./merge";
import { failureKind } from "./save-failure";

/** Statuses that a change of an answer ends. */
const RESTING: readonly SaveStatus["kind"][] = ["idle", "changed", "saved", "kept", "refused"];

/**
 * Owns the form's answers and the one conversation with the server about them: file the draft once it is valid
 * enough, then change it by version. One call at a time; whatever is typed meanwhile goes with the next.
 */
export class DraftStore {
  #state: DraftState;
  #base: Answers | undefined;
  #savedBody: string | undefined;
  #pending: PendingCreate | undefined;
  #theirs: { readonly answers: Answers; readonly draft: HeldDraft } | undefined;
  #running: Promise<void> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly parts: StoreParts,
    start: DraftRecord,
  ) {
    this.#base = start.base;
    this.#pending = start.pending;
    this.#state = {
      answers: start.answers,
      draft: start.draft,
      status: { kind: "idle" },
      taken: [],
      isKept: true,
    };
    this.#savedBody = start.base === undefined ? undefined : this.#bodyText(start.base);
    this.#state = { ...this.#state, status: { kind: this.#restingKind() } };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): DraftState => this.#state;

  /** True while something typed is not with the server though it could be. */
  get isDirty(): boolean {
    const body = this.#bodyText(this.#state.answers);
    return this.#pending !== undefined || (body !== undefined && body !== this.#savedBody);
  }

  change(changes: Partial<Answers>): void {
    const { status } = this.#state;
    const isHeld = status.kind === "clash" || status.kind === "closed";
    this.#update({ answers: { ...this.#state.answers, ...changes }, ...(isHeld ? {} : { taken: [] }) });
    if (RESTING.includes(status.kind)) this.#update({ status: { kind: this.#restingKind() } });
  }

  /** Saves until the server has everything that is valid enough; resolves in any outcome. */
  async save(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#state.status.kind === "clash" || this.#state.status.kind === "closed") return;
    this.#running = this.#saveAll().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** The draft's next version is our own doing. A later one has something of another window: that is read first. */
  advance(version: number): void {
    const { draft } = this.#state;
    if (draft !== undefined && version === draft.version + 1) this.#update({ draft: { ...draft, version } });
  }

  /** Ends a clash: for each name, which window's answer stands. */
  async settle(choices: Readonly<Partial<Record<AnswerName, "mine" | "theirs">>>): Promise<void> {
    const theirs = this.#theirs;
    if (theirs === undefined) return;
    let { answers } = this.#state;
    for (const [name, choice] of Object.entries(choices)) {
      if (choice !== "theirs") continue;
      const leader = this.#clashes().find((clash) => clash.name === name)?.name;
      if (leader !== undefined) answers = withAnswers(answers, theirs.answers, togetherWith(leader));
    }
    this.#adopt(theirs.draft, theirs.answers);
    this.#theirs = undefined;
    this.#update({ answers, status: { kind: "saving" } });
    await this.save();
  }

  forget(): void {
    const { storage, options } = this.parts;
    removeRecord(storage, recordKey(options.person, this.#state.draft?.id));
  }

  #clashes(): readonly Clash[] {
    return this.#state.status.kind === "clash" ? this.#state.status.clashes : [];
  }

  #body(answers: Answers): CreateBody | undefined {
    const { options, nowMs, isUnknown } = this.parts;
    const ids = answers.ids.filter((id) => !isUnknown(id));
    return createBodyOf({ ...answers, ids }, options, nowMs());
  }

  #bodyText(answers: Answers): string | undefined {
    const body = this.#body(answers);
    return body === undefined ? undefined : JSON.stringify(body);
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
    const { answers } = this.#state;
    const body = this.#body(answers);
    // A filing whose answer was lost goes first, word for word: another body under its key would be refused.
    this.#pending ??= body === undefined ? undefined : { key: this.parts.newKey(), body, answers };
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#keep();
    const saved = await this.parts.calls.create(pending.body, pending.key);
    this.#pending = undefined;
    this.#adopt(heldOf(saved), pending.answers);
    const { storage, options } = this.parts;
    removeRecord(storage, recordKey(options.person, undefined));
  }

  /** False when the person has to say something first. */
  async #changeOnce(draft: HeldDraft): Promise<boolean> {
    const { answers } = this.#state;
    const body = this.#body(answers);
    if (body === undefined) return true;
    try {
      this.#adopt(
        heldOf(await this.parts.calls.change(draft.id, changeBodyOf(body), draft.version)),
        answers,
      );
      return true;
    } catch (error) {
      if (failureKind(error) !== "conflict") throw error;
      return this.#merge(await this.parts.calls.read(draft.id), answers);
    }
  }

  #merge(view: RequestView, mine: Answers): boolean {
    const merged = mergeAnswers(this.#base ?? mine, mine, view, this.parts.options);
    const draft = heldOf(view);
    if (merged.clashes.length > 0) {
      this.#theirs = { answers: merged.theirs, draft };
      this.#update({ answers: merged.answers, status: { kind: "clash", clashes: merged.clashes } });
      return false;
    }
    // Without a clash the other change was our own, whose answer was lost, or touched something else.
    this.#adopt(draft, merged.theirs);
    this.#update({
      answers: withAnswers(this.#state.answers, merged.answers, merged.taken.flatMap(togetherWith)),
      taken: merged.taken,
    });
    return true;
  }

  #adopt(draft: HeldDraft, base: Answers): void {
    this.#base = base;
    this.#savedBody = this.#bodyText(base);
    this.#update({ draft });
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
    const record = { answers, base: this.#base, draft, pending: this.#pending, keptAt };
    const isKept = writeRecord(storage, recordKey(options.person, draft?.id), record);
    if (isKept !== this.#state.isKept) this.#state = { ...this.#state, isKept };
  }
}

function heldOf(view: SavedAnswer): HeldDraft {
  return { id: view.id, reference: view.reference, version: view.version, savedAt: view.updated_at };
}
