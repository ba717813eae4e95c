import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { AnswerName, Answers, FormOptions } from "../answers/answers";
import type { ChangeBody, CreateBody } from "../answers/bodies";
import type { HeldDraft, RecordStorage } from "./draft-record";
import type { Clash } from "./merge";

/** The calls that keep a draft. `create` may answer a repeated call with ids alone. */
export interface DraftCalls {
  create(body: CreateBody, key: string): Promise<SavedAnswer>;
  change(id: string, body: ChangeBody, version: number): Promise<SavedAnswer>;
  read(id: string): Promise<RequestView>;
}
export type SavedAnswer = Pick<RequestView, "id" | "reference" | "version" | "updated_at">;

export type SaveStatus =
  /** Nothing was typed, something that goes out in a moment or just now, or all of it is with the server. */
  | { readonly kind: "idle" | "changed" | "saving" | "saved" }
  /** Not enough for the server yet: kept in this window. */
  | { readonly kind: "kept" }
  | { readonly kind: "lost" | "signedOut" }
  | { readonly kind: "refused"; readonly error: unknown }
  | { readonly kind: "clash"; readonly clashes: readonly Clash[] }
  /** It is no draft any more: submitted or withdrawn elsewhere. */
  | { readonly kind: "closed" };

export interface DraftState {
  readonly answers: Answers;
  readonly draft: HeldDraft | undefined;
  readonly status: SaveStatus;
  /** Answers taken over from another window at the last save. */
  readonly taken: readonly AnswerName[];
  /** False when the browser keeps nothing: a reload would lose what the server does not have. */
  readonly isKept: boolean;
}

export interface StoreParts {
  readonly options: FormOptions;
  readonly calls: DraftCalls;
  readonly storage: RecordStorage;
  readonly nowMs: () => number;
  readonly newKey: () => string;
  /** Transactions that were looked up in vain: a draft that names one would be refused whole. */
  readonly isUnknown: (id: string) => boolean;
}
