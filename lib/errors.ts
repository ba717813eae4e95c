import type { Json } from "@/lib/crypto/json/canonical-json";
import { ERROR_CODES, type ErrorCode } from "@/lib/error-codes";

/** A place in the request and its fault (RFC 6901 pointer). */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** A decision about an opening as its entry keeps it, so that it can be decided again. */
export interface RecordedDecision {
  /** docs/formats/facts.md */
  readonly facts: Json;
  /** Version of the policies that decided. */
  readonly policy: string;
  /** Ids of those that decided it. */
  readonly policies: readonly string[];
}

/**
 * The thing that a refused act was about, for its entry in the log. The caller does not see it. The operation declares
 * most of it (`about` of OperationSpec); a use case adds what it found out.
 */
export interface RefusedAct {
  readonly transactionId?: string;
  readonly requestId?: string;
  readonly grantId?: string;
  readonly disputeId?: string;
  readonly authorityId?: string;
  readonly exportId?: string;
  /** Access request whose compartment seals the entry. */
  readonly caseId?: string;
  /** In place of the operation's own action. */
  readonly action?: string;
  readonly purpose?: string;
  readonly fields?: readonly string[];
  /** What an opening was decided from. */
  readonly decision?: RecordedDecision;
  /** "denied" unless given. A refusal with an outcome is recorded whatever its code. */
  readonly outcome?: "denied" | "failed";
}

interface DomainErrorOptions {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Further members of the problem document, fit for the caller. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
}

// Pages, route handlers and instrumentation have a copy of this module each, while the runtime is made by one of them: an
// error of its escrow client or recorder is of another copy's class. So the kind is a mark on the error, not its class.
const EXPECTED = Symbol.for("sealport.domain-error");
const BROKEN = Symbol.for("sealport.invariant-error");

/** Whether the value is an error with this mark, whichever copy of its class made it. */
export function isMarked(value: unknown, mark: symbol): boolean {
  return value instanceof Error && Reflect.get(value, mark) === true;
}

/** An expected failure. `detail` is for the caller, `cause` for the log; neither holds anything secret. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[];
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  /** Facts for the entry of this refusal, added by each caller that knows more of them. */
  about: RefusedAct = {};
  /** Its entry is committed: by the recorder of refusals, or by the act itself. */
  isRecorded = false;

  constructor(code: ErrorCode, options: DomainErrorOptions = {}) {
    super(
      options.detail ?? ERROR_CODES[code][1],
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.detail = options.detail;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, EXPECTED);
  }

  get [EXPECTED](): true {
    return true;
  }

  get status(): number {
    return ERROR_CODES[this.code][0];
  }

  get title(): string {
    return ERROR_CODES[this.code][1];
  }
}

/** Returns a 422 error for one place in the body that the schema cannot check. */
export function invalidField(pointer: string, detail: string): DomainError {
  return new DomainError("request.invalid", {
    detail: "The request does not match its schema.",
    errors: [{ pointer, detail }],
  });
}

/** Action of a refused attempt to approve one's own: a rule of lib/alerts looks for it. */
export const OWN_APPROVAL = "approval.self";

/** Returns the refusal of a person who would approve, decide or close what is their own. */
export function ownApproval(code: ErrorCode, detail: string): DomainError {
  const error = new DomainError(code, { detail });
  error.about = { action: OWN_APPROVAL };
  return error;
}

/**
 * A failure that the operator can mend: of a variable, a file, a key or a server. The message is one line that names it
 * and never a secret.
 */
export class OperatorError extends Error {
  override readonly name: string = "OperatorError";
  /** Recognised by this and not by `instanceof` where copies of this module meet (instrumentation.ts). */
  readonly isForOperator = true;
}

/** A broken invariant: answers 500 with a request id only and is never caught to continue. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, BROKEN);
  }

  get [BROKEN](): true {
    return true;
  }
}

/** Runs `act`. If it ends with a DomainError, adds these facts to the error's `about`; facts that it has stay. */
export async function concerning<T>(facts: RefusedAct, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof DomainError) error.about = { ...facts, ...error.about };
    throw error;
  }
}
