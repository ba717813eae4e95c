import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { type Answers, FACT_NAMES, isSameIn } from "../answers/answers";
import { type FactsBody, factsOf } from "../answers/bodies";
import { type CallQueue, failureKind } from "../autosave/draft-calls";
import { type AttachCall, isSignedOrder, isSurelySignedOrder, type Sending } from "../autosave/send-order";
import type { ChosenDocument, ReadOutcome } from "../document/read-document";

type DocumentView = NonNullable<AuthorizationView["document"]>;

/** The legal authority as the server has it. */
export interface Attached {
  readonly facts: string;
  /** Absent where the order came as a JWS alone. */
  readonly document: DocumentView | undefined;
  /** The server has a signature with it, from any window. */
  readonly isSigned?: boolean | undefined;
  /** The file of this window that was sent. */
  readonly from: ChosenDocument | undefined;
  /** The signature of this window that was sent. */
  readonly signature?: File | undefined;
}

export type AttachStatus =
  | { readonly kind: "idle" | "reading" | "attached" | "lost" | "signedOut" | "closed" }
  | { readonly kind: "sending"; readonly sending: Sending | undefined }
  | { readonly kind: "unfit"; readonly outcome: Extract<ReadOutcome, { fault: unknown }> }
  /** The server's digest is not that of the file that was sent. */
  | { readonly kind: "altered" }
  | { readonly kind: "refused"; readonly error: unknown };

export interface AuthorityState {
  readonly chosen: ChosenDocument | undefined;
  /** What the authority signed: a JWS, which is the order itself, or a CMS signature of the document. */
  readonly signature: File | undefined;
  readonly attached: Attached | undefined;
  readonly status: AttachStatus;
}

/** What a call was made with. */
interface Sent {
  readonly of: string;
  readonly document: ChosenDocument | undefined;
  readonly signature: File | undefined;
}

export interface AuthorityParts {
  readonly attach: (call: AttachCall) => Promise<AuthorizationView>;
  readonly queue: CallQueue;
  readonly read: (file: File) => Promise<ReadOutcome>;
  readonly newKey: () => string;
}

/** Whether there is an order: a document, or a signed order, which needs no document (api.md). */
export function hasOrder({ chosen, signature, attached }: Omit<AuthorityState, "status">): boolean {
  if (chosen !== undefined || attached?.document !== undefined) return true;
  if (signature !== undefined) return isSignedOrder(signature);
  return attached !== undefined && attached.signature === undefined;
}

/** Owns the chosen document and sends it with its facts, once for each state of both. */
export class AuthorityStore {
  #state: AuthorityState;
  #intent: (Sent & { readonly key: string }) | undefined;
  #failed: Sent | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly parts: AuthorityParts,
    attached: Attached | undefined,
  ) {
    this.#state = {
      chosen: undefined,
      signature: undefined,
      attached,
      status: { kind: attached === undefined ? "idle" : "attached" },
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): AuthorityState => this.#state;

  /** Whether the server lacks something of this order. */
  isDirty(facts: FactsBody | undefined): boolean {
    const { chosen, attached, signature } = this.#state;
    if (facts === undefined || !hasOrder(this.#state)) return false;
    if (attached?.facts !== JSON.stringify(facts)) return true;
    return (chosen !== undefined && attached.from !== chosen) || attached.signature !== signature;
  }

  /** Whether facts differ from those on the server. They are sent with the document. */
  hasFactsHere(answers: Answers, blank: Answers): boolean {
    if (isSameIn(FACT_NAMES, answers, blank)) return false;
    const facts = factsOf(answers);
    return facts === undefined || this.#state.attached?.facts !== JSON.stringify(facts);
  }

  /** The same, except for what was refused unchanged. */
  isWorthTrying(facts: FactsBody | undefined): boolean {
    const failed = this.#failed;
    const { chosen, signature } = this.#state;
    const isKnownBad =
      failed?.of === JSON.stringify(facts) && failed.document === chosen && failed.signature === signature;
    return this.isDirty(facts) && !isKnownBad;
  }

  /** Takes a document or a signed order. A file that is refused leaves the former document in place. */
  async choose(file: File): Promise<void> {
    if (isSurelySignedOrder(file)) {
      this.sign(file);
      return;
    }
    this.#update({ status: { kind: "reading" } });
    const outcome = await this.parts.read(file);
    if ("fault" in outcome) this.#update({ status: { kind: "unfit", outcome } });
    else this.#update({ chosen: outcome, status: { kind: "idle" } });
  }

  /** Adds or removes the authority's signature. The server checks it. */
  sign(signature: File | undefined): void {
    this.#update({ signature, status: { kind: "idle" } });
  }

  /** Takes what another window attached, unless a file was chosen here. */
  hold(attached: Attached | undefined): void {
    const { chosen, signature } = this.#state;
    if (attached === undefined || chosen !== undefined || signature !== undefined) return;
    this.#update({ attached, status: { kind: "attached" } });
  }

  /** Sends what the server does not have. Resolves in any case; the status shows the outcome. */
  attach(draftId: string, facts: FactsBody): Promise<void> {
    return this.parts.queue.run(async () => {
      if (this.isDirty(facts)) await this.#attachOnce(draftId, facts);
    });
  }

  #keyFor({ of, document, signature }: Sent): string {
    const before = this.#intent;
    const isSame = before?.of === of && before.document === document && before.signature === signature;
    if (before !== undefined && isSame) return before.key;
    const key = this.parts.newKey();
    this.#intent = { of, document, signature, key };
    return key;
  }

  async #attachOnce(draftId: string, facts: FactsBody): Promise<void> {
    const { chosen, attached, signature } = this.#state;
    // To remove a signature, the document is sent again without it.
    const isSent = attached !== undefined && attached.from === chosen;
    const isUnsigned = attached?.signature !== undefined && signature === undefined;
    const document = isSent && !isUnsigned ? undefined : chosen;
    const isNew = document !== undefined || attached?.signature !== signature;
    const signed = isNew ? signature : undefined;
    const text = JSON.stringify(facts);
    const key = this.#keyFor({ of: `${draftId} ${text}`, document, signature: signed });
    const onProgress = (sending: Sending) => this.#update({ status: { kind: "sending", sending } });
    this.#update({ status: { kind: "sending", sending: undefined } });
    try {
      const answer = await this.parts.attach({
        draftId,
        facts,
        document,
        signature: signed,
        key,
        onProgress,
      });
      this.#intent = undefined;
      this.#accept(answer, { of: text, document: chosen, signature });
    } catch (error) {
      const kind = failureKind(error);
      if (kind === "refused" || kind === "conflict") {
        this.#intent = undefined;
        this.#failed = { of: text, document: chosen, signature };
        this.#update({ status: { kind: "refused", error } });
      } else this.#update({ status: { kind } });
    }
  }

  #accept(answer: AuthorizationView, sent: Sent): void {
    const { of: facts, document: from, signature } = sent;
    const { document } = answer;
    const isSigned = (answer.signature?.length ?? 0) > 0;
    const isAltered =
      document === undefined
        ? from !== undefined || !isSigned
        : from?.sha256 !== undefined && from.sha256 !== document.sha256;
    if (isAltered) {
      this.#failed = sent;
      this.#update({ attached: undefined, status: { kind: "altered" } });
      return;
    }
    this.#failed = undefined;
    this.#update({ attached: { facts, document, from, signature, isSigned }, status: { kind: "attached" } });
  }

  #update(changes: Partial<AuthorityState>): void {
    this.#state = { ...this.#state, ...changes };
    for (const listener of this.#listeners) listener();
  }
}
