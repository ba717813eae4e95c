import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { type Answers, FACT_NAMES, isSameIn } from "../answers/answers";
import { type FactsBody, factsOf } from "../answers/bodies";
import { failureKind } from "../autosave/save-failure";
import type { ChosenDocument, ReadOutcome } from "../document/read-document";
import type { Sending } from "../document/send-document";
import { isSignedOrder, isSurelySignedOrder } from "../document/signed-order";

type DocumentView = NonNullable<AuthorizationView["document"]>;

/** The legal authority as the server has it. */
export interface Attached {
  readonly facts: string;
  /** Absent where the order came as a JWS alone. */
  readonly document: DocumentView | undefined;
  /** A signature stands with it, from whichever window it came. */
  readonly isSigned?: boolean | undefined;
  /** The file of this window that it was made from. */
  readonly from: ChosenDocument | undefined;
  /** The signature of this window that went with it. */
  readonly signature?: File | undefined;
}

export type AttachStatus =
  | { readonly kind: "idle" | "reading" | "attached" | "lost" | "signedOut" | "closed" }
  | { readonly kind: "sending"; readonly sending: Sending | undefined }
  | { readonly kind: "unfit"; readonly outcome: Extract<ReadOutcome, { fault: unknown }> }
  /** The digest that came back is not that of the file that was sent. */
  | { readonly kind: "altered" }
  | { readonly kind: "refused"; readonly error: unknown };

export interface AuthorityState {
  readonly chosen: ChosenDocument | undefined;
  /** What the authority signed, where there is something: a JWS, which is the order itself, or a CMS over the document. */
  readonly signature: File | undefined;
  readonly attached: Attached | undefined;
  readonly status: AttachStatus;
}

export interface AttachCall {
  readonly draftId: string;
  readonly facts: FactsBody;
  /** Absent when facts of the document that the server has are corrected. */
  readonly document: ChosenDocument | undefined;
  /** Absent when it is with the server, or there is none. */
  readonly signature: File | undefined;
  readonly key: string;
  readonly onProgress: (sending: Sending) => void;
}

/** What a call was made with. */
interface Sent {
  readonly of: string;
  readonly document: ChosenDocument | undefined;
  readonly signature: File | undefined;
}

export interface AuthorityParts {
  readonly attach: (call: AttachCall) => Promise<AuthorizationView>;
  readonly read: (file: File) => Promise<ReadOutcome>;
  readonly newKey: () => string;
}

/** Whether an order stands here: a document, or what its authority signed, which needs none beside it (api.md). */
export function hasOrder({ chosen, signature, attached }: Omit<AuthorityState, "status">): boolean {
  if (chosen !== undefined || attached?.document !== undefined) return true;
  if (signature !== undefined) return isSignedOrder(signature);
  return attached !== undefined && attached.signature === undefined;
}

/** Owns the chosen document and brings it, with its facts, to the server: once for each state of both. */
export class AuthorityStore {
  #state: AuthorityState;
  #intent: (Sent & { readonly key: string }) | undefined;
  #failed: Sent | undefined;
  #running: Promise<void> | undefined;
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

  /** Whether the server does not have yet what stands here. */
  isDirty(facts: FactsBody | undefined): boolean {
    const { chosen, attached, signature } = this.#state;
    if (facts === undefined || !hasOrder(this.#state)) return false;
    if (attached?.facts !== JSON.stringify(facts)) return true;
    return (chosen !== undefined && attached.from !== chosen) || attached.signature !== signature;
  }

  /** Whether facts stand here that the server does not have, or not like this: they go out with the document. */
  hasFactsHere(answers: Answers, blank: Answers): boolean {
    if (isSameIn(FACT_NAMES, answers, blank)) return false;
    const facts = factsOf(answers);
    return facts === undefined || this.#state.attached?.facts !== JSON.stringify(facts);
  }

  /** The same, but not again what was refused as it stands. */
  isWorthTrying(facts: FactsBody | undefined): boolean {
    const failed = this.#failed;
    const { chosen, signature } = this.#state;
    const isKnownBad =
      failed?.of === JSON.stringify(facts) && failed.document === chosen && failed.signature === signature;
    return this.isDirty(facts) && !isKnownBad;
  }

  /** Takes a file in: a document, or a signed order. One that does not fit leaves the document that was there before. */
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

  /** Takes the authority's signature in, or leaves it out again; the server judges it. */
  sign(signature: File | undefined): void {
    this.#update({ signature, status: { kind: "idle" } });
  }

  /** Sends what the server does not have; resolves in any outcome. */
  async attach(draftId: string, facts: FactsBody): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (!this.isDirty(facts)) return;
    this.#running = this.#attachOnce(draftId, facts).finally(() => {
      this.#running = undefined;
    });
    await this.#running;
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
    // A signature that was taken out goes by sending the document anew: without one it is paper.
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
