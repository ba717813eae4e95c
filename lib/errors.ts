/** One line per expected failure: HTTP status and title (RFC 9457). Add codes here and nowhere else. */
export const ERROR_CODES = {
  "request.malformed": [400, "The request could not be read"],
  "request.invalid-path": [400, "The path could not be read"],
  "request.not-found": [404, "There is nothing at this address"],
  "request.method-not-allowed": [405, "This address does not answer that method"],
  "request.timeout": [408, "The request took too long"],
  "request.too-large": [413, "The request is too large"],
  "request.unsupported-media-type": [415, "The media type is not accepted here"],
  "request.expectation": [417, "The expectation cannot be met"],
  "request.headers-too-large": [431, "The headers are too large"],
  "request.invalid": [422, "The request does not fit its schema"],
  "request.illegal-transition": [409, "The request is not in a state that allows this"],
  "request.conflict": [409, "Somebody changed this in the meantime"],
  "idempotency.mismatch": [422, "This idempotency key was used with another body"],
  "idempotency.in-progress": [409, "A request with this idempotency key is still running"],
  "auth.required": [401, "Authentication is required"],
  "auth.invalid": [401, "The credential was not accepted"],
  "auth.session": [401, "The session has ended"],
  "auth.sign-in": [401, "The sign-in was not accepted"],
  "auth.signature": [401, "The call's signature was not accepted"],
  "auth.step-up": [401, "A fresh proof of identity is required"],
  "invitation.refused": [403, "The link was not accepted"],
  "credential.not-found": [404, "There is no such factor"],
  "credential.last": [409, "The last factor that signs you in cannot be removed"],
  "credential.challenge": [409, "The set-up has expired or was used"],
  "credential.invalid": [422, "The factor was not accepted"],
  "api-key.not-found": [404, "There is no such API key"],
  "api-key.ended": [409, "The API key has ended"],
  "api-key.too-many": [409, "There are as many API keys as one person may have"],
  "session.not-found": [404, "There is no such session"],
  "auth.origin": [403, "The call does not come from a page of this portal"],
  "auth.session-only": [403, "This call is for signed-in people"],
  "auth.scope": [403, "The key does not carry the scope for this call"],
  "auth.role": [403, "This call is not for your role"],
  "auth.address": [403, "The key may not be used from this address"],
  "auth.signature-required": [403, "Outside evaluation this call must be signed"],
  "rate.exceeded": [429, "Too many calls"],
  "access.purpose": [403, "The purpose does not allow this"],
  "access.no-grant": [403, "No live grant covers this"],
  "access.groups": [403, "A named field group is not permitted"],
  "access.outside-hours": [403, "Outside business hours"],
  "access.outside-retention": [403, "Outside the retention window of the role"],
  "access.views-exhausted": [403, "The grant has no views left"],
  "access.exports-exhausted": [403, "The grant has no exports left"],
  "access.level": [403, "The level of disclosure is not permitted"],
  "access.inactive": [403, "The account is not active"],
  "access.forbidden": [403, "This is not permitted"],
  "decision.self": [403, "A requester does not decide on their own request"],
  "decision.organisation": [403, "Somebody of the requester's organisation does not decide"],
  "decision.duty": [403, "The duty for this stage is missing"],
  "decision.same-person": [403, "The same person cannot decide twice"],
  "decision.party": [403, "A party to the transactions does not decide on them"],
  "decision.stage": [409, "The request is not in that stage"],
  "decision.outdated": [409, "An earlier decision counts no more"],
  "decision.facts-mismatch": [422, "The retyped facts do not match the order"],
  "decision.not-narrower": [422, "A decision may only narrow what was asked"],
  "decision.identity-check": [409, "The officer's identity check is not on record"],
  "statement.required": [403, "A signed statement is required"],
  "statement.invalid": [422, "The signed statement was not accepted"],
  "statement.passkey-removed": [409, "The passkey that signed was removed"],
  "statement.expired": [409, "The statement has expired or was used"],
  "authorization.missing": [409, "No legal authority is attached"],
  "authorization.invalid": [422, "The legal authority was not accepted"],
  "authorization.signature": [422, "The order's signature was not accepted"],
  "authorization.recognition": [422, "A foreign order waits for a recognition basis"],
  "authorization.scope": [422, "The request goes beyond the signed order"],
  "authorization.used": [409, "The legal authority serves one request only"],
  "authorization.not-found": [404, "There is no such legal authority"],
  "authority.not-found": [404, "There is no such registered authority"],
  "authority.exists": [409, "A key is registered under this key id"],
  "authority.state": [409, "The registration is not in a state that allows this"],
  "authority.second-person": [403, "Somebody else confirms this"],
  "document.type": [415, "The document is not of a type accepted here"],
  "document.truncated": [400, "The document arrived incomplete"],
  "document.too-large": [413, "The document is too large"],
  "request.extended": [409, "The answer cannot be put off again"],
  "request.no-deadline": [409, "Nobody has to answer this request by a date"],
  "request.answered-whole": [409, "Nothing of what was asked was left out"],
  "document.polyglot": [422, "The document is more than one kind of file"],
  "document.infected": [422, "The scanner found malware in the document"],
  "document.pending": [409, "The document has not been scanned yet"],
  "upload.too-many": [429, "Too many of your documents arrive at once"],
  "upload.busy": [503, "Too many documents arrive at once"],
  "request.no-decider": [409, "Nobody could decide this request"],
  "request-file.not-found": [404, "There is no such access request"],
  "notice.not-found": [404, "There is no such notice"],
  "transparency.not-found": [404, "Nothing is published of this quarter"],
  "notice.sealed": [403, "The order is under seal"],
  "grant.not-found": [404, "There is no such grant"],
  "organisation.not-found": [404, "There is no such organisation"],
  "dispute.not-found": [404, "There is no such dispute"],
  "dispute.exists": [409, "The transaction is in dispute already"],
  "dispute.state": [409, "The dispute has ended"],
  "transaction.not-found": [404, "There is no such transaction"],
  "transaction.exists": [409, "A transaction with this id exists"],
  "transaction.status": [409, "The transaction is not in a state that allows this"],
  "batch.not-stored": [424, "Nothing of the atomic batch was stored"],
  "participant.unknown": [422, "A participant is unknown"],
  "participant.not-a-party": [422, "A participant cannot be a party to transactions"],
  "participant.no-active-key": [422, "A participant has no active key"],
  "key.not-found": [404, "There is no such key"],
  "key.invalid": [422, "The public key was not accepted"],
  "key.taken": [409, "The public key belongs to another participant"],
  "key.proof": [422, "The proof of possession was not accepted"],
  "key.state": [409, "The key is not in a state that allows this"],
  "key.rotation-not-found": [404, "There is no such rotation"],
  "key.recovery-not-found": [404, "There is no such recovery"],
  "webhook.not-found": [404, "There is no such webhook"],
  "webhook.disabled": [409, "The webhook was disabled"],
  "webhook.too-many": [409, "There are too many webhooks"],
  "delivery.state": [409, "The message cannot be sent again now"],
  "key.rotated": [409, "A named key is no longer active"],
  "envelope.open-failed": [409, "The envelope could not be opened"],
  "envelope.replaced": [409, "The stored envelope is not the one in the log"],
  "export.not-found": [404, "There is no such export"],
  "export.unfinished": [409, "The export is not finished"],
  "export.too-many": [409, "Too many of your exports are unfinished"],
  "export.ended": [409, "The export has ended"],
  "export.expired": [410, "The export's file was removed"],
  "export.standing": [403, "Your standing has changed since the export was made"],
  "export.grant": [403, "The grant that the export was made under has ended"],
  "export.range": [416, "The file has no such bytes"],
  "export.index": [503, "An entry of the log is not in the database, so nothing was exported"],
  "export.erasure": [503, "An erasure is not under a checkpoint of the log yet, so nothing was exported"],
  "audit.not-found": [404, "There is no such entry"],
  "audit.pruned": [410, "The entry's bytes were removed at the end of their time; leaf and proof are kept"],
  "aside.not-found": [404, "There is no such row that stands aside"],
  "acknowledgement.not-found": [404, "There is no such acknowledgement"],
  "acknowledgement.state": [409, "The row is not in a state that allows this"],
  "erasure.not-found": [404, "There is no such erasure"],
  "erasure.state": [409, "The erasure is not in a state that allows this"],
  "preservation.not-found": [404, "There is no such hold"],
  "preservation.ended": [409, "The hold has ended"],
  "verification.not-found": [404, "There is no such verification"],
  "audit.not-integrated": [409, "The entry is not in the tree yet"],
  "roster.none": [409, "The custodian has no roster yet"],
  "roster.not-listed": [409, "The person does not stand in the roster"],
  "roster.key": [422, "The key was not accepted for the roster"],
  "roster.pending": [409, "A change of these keys waits already"],
  "roster.confirmer": [403, "Somebody else confirms this"],
  "roster.agreed": [409, "The person has agreed already"],
  "roster.closed": [409, "The change has ended"],
  "roster.superseded": [409, "The roster changed in the meantime"],
  "roster-change.not-found": [404, "There is no such change"],
  "custodian.refused": [403, "The escrow custodian refused"],
  "custodian.unavailable": [503, "The escrow custodian does not answer"],
  "service.database-unavailable": [503, "The database does not answer"],
  "service.audit-unavailable": [503, "The log cannot be written, so nothing is done"],
  "service.keystore-unavailable": [503, "The key store does not answer"],
  "service.limiter-unavailable": [503, "The rate limiter does not answer"],
  "service.unavailable": [503, "A part of the service does not answer"],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A place in the request and what is wrong there (RFC 6901 pointer). */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
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

/** 422 for one place in the body that the schema alone cannot judge. */
export function invalidField(pointer: string, detail: string): DomainError {
  return new DomainError("request.invalid", {
    detail: "The request does not fit its schema.",
    errors: [{ pointer, detail }],
  });
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
