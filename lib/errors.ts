/** One line per expected failure: HTTP status and title (RFC 9457). Add codes here and nowhere else. */
export const ERROR_CODES = {
  "request.malformed": [400, "The request could not be read"],
  "request.invalid-path": [400, "The path could not be read"],
  "request.not-found": [404, "Address not found"],
  "request.method-not-allowed": [405, "Method not allowed at this address"],
  "request.timeout": [408, "The request took too long"],
  "request.too-large": [413, "The request is too large"],
  "request.unsupported-media-type": [415, "Media type not accepted"],
  "request.expectation": [417, "Expectation cannot be met"],
  "request.headers-too-large": [431, "The headers are too large"],
  "request.invalid": [422, "The request does not match its schema"],
  "request.illegal-transition": [409, "The request's state does not allow this"],
  "request.unreadable": [409, "This request cannot be read"],
  "request.conflict": [409, "Another person changed this in the meantime"],
  "idempotency.mismatch": [422, "This idempotency key was used with another body"],
  "idempotency.in-progress": [409, "A request with this idempotency key is still running"],
  "auth.required": [401, "Authentication is required"],
  "auth.invalid": [401, "The credential was not accepted"],
  "auth.session": [401, "The session has ended"],
  "auth.sign-in": [401, "The sign-in was not accepted"],
  "auth.signature": [401, "The call's signature was not accepted"],
  "auth.step-up": [401, "Renewed proof of identity is required"],
  "invitation.refused": [403, "The link was not accepted"],
  "credential.not-found": [404, "Factor not found"],
  "credential.last": [409, "The last factor for signing in cannot be removed"],
  "credential.challenge": [409, "The set-up has expired or was used"],
  "credential.invalid": [422, "The factor was not accepted"],
  "api-key.not-found": [404, "API key not found"],
  "api-key.ended": [409, "The API key has ended"],
  "api-key.too-many": [409, "API key limit reached"],
  "session.not-found": [404, "Session not found"],
  "auth.origin": [403, "The call does not come from a page of this portal"],
  "auth.session-only": [403, "Only signed-in people can make this call"],
  "auth.scope": [403, "The API key lacks the scope for this call"],
  "auth.role": [403, "Your role cannot make this call"],
  "auth.address": [403, "The API key cannot be used from this address"],
  "auth.signature-required": [403, "This call must be signed"],
  "rate.exceeded": [429, "Too many calls"],
  "access.purpose": [403, "The purpose does not allow this"],
  "access.no-grant": [403, "No grant in force covers this"],
  "access.groups": [403, "A named field group is not permitted"],
  "access.outside-hours": [403, "Outside business hours"],
  "access.outside-retention": [403, "Outside the retention window of the role"],
  "access.views-exhausted": [403, "The grant has no views left"],
  "access.exports-exhausted": [403, "The grant has no exports left"],
  "access.level": [403, "The level of disclosure is not permitted"],
  "access.inactive": [403, "The account is not active"],
  "access.forbidden": [403, "This is not permitted"],
  "decision.self": [403, "You cannot decide about your own request"],
  "decision.organisation": [403, "Members of the requester's organisation cannot decide"],
  "decision.duty": [403, "You lack the duty for this stage"],
  "decision.same-person": [403, "The same person cannot decide twice"],
  "decision.party": [403, "A party to the transactions cannot decide"],
  "decision.stage": [409, "The request is not in this stage"],
  "decision.outdated": [409, "An earlier decision is no longer valid"],
  "decision.facts-mismatch": [422, "The retyped facts do not match the order"],
  "decision.not-narrower": [422, "A decision can only narrow the request"],
  "decision.identity-check": [409, "The requester's identity check is not recorded"],
  "statement.required": [403, "A signed statement is required"],
  "statement.invalid": [422, "The signed statement was not accepted"],
  "statement.passkey-removed": [409, "The passkey that signed was removed"],
  "statement.expired": [409, "The statement has expired or was used"],
  "authorization.missing": [409, "No legal authority is attached"],
  "authorization.invalid": [422, "The legal authority was not accepted"],
  "authorization.signature": [422, "The order's signature was not accepted"],
  "authorization.recognition": [422, "The foreign order has no recognition basis"],
  "authorization.scope": [422, "The request goes beyond the signed order"],
  "authorization.used": [409, "The legal authority is already used"],
  "authorization.not-found": [404, "Legal authority not found"],
  "authority.not-found": [404, "Registered authority not found"],
  "authority.exists": [409, "The key id is already registered"],
  "authority.state": [409, "The registration's state does not allow this"],
  "authority.second-person": [403, "Another person must confirm this"],
  "document.type": [415, "Document type not accepted"],
  "document.truncated": [400, "The document arrived incomplete"],
  "document.too-large": [413, "The document is too large"],
  "request.extended": [409, "The deadline cannot be extended again"],
  "request.no-deadline": [409, "This request has no deadline"],
  "request.answered-whole": [409, "The request was answered in full"],
  "document.polyglot": [422, "The document is more than one kind of file"],
  "document.infected": [422, "The scanner found malware in the document"],
  "document.pending": [409, "The document has not been scanned yet"],
  "upload.too-many": [429, "You are sending too many documents at once"],
  "upload.busy": [503, "Too many documents are arriving at once"],
  "request.no-decider": [409, "No eligible reviewer"],
  "request-file.not-found": [404, "Access request not found"],
  "notice.not-found": [404, "Notice not found"],
  "transparency.not-found": [404, "No figures are published for this quarter"],
  "notice.sealed": [403, "The order is under seal"],
  "grant.not-found": [404, "Grant not found"],
  "organisation.not-found": [404, "Organisation not found"],
  "dispute.not-found": [404, "Dispute not found"],
  "dispute.exists": [409, "The transaction is already in dispute"],
  "dispute.state": [409, "The dispute has ended"],
  "transaction.not-found": [404, "Transaction not found"],
  "transaction.exists": [409, "A transaction with this id exists"],
  "transaction.status": [409, "The transaction's state does not allow this"],
  "batch.not-stored": [424, "The atomic batch was not stored"],
  "participant.unknown": [422, "A participant is unknown"],
  "participant.not-a-party": [422, "A participant cannot be a party to transactions"],
  "participant.no-active-key": [422, "A participant has no active key"],
  "key.not-found": [404, "Key not found"],
  "key.invalid": [422, "The public key was not accepted"],
  "key.taken": [409, "The public key belongs to another participant"],
  "key.proof": [422, "The proof of possession was not accepted"],
  "key.state": [409, "The key's state does not allow this"],
  "key.rotation-not-found": [404, "Rotation not found"],
  "key.recovery-not-found": [404, "Recovery not found"],
  "webhook.not-found": [404, "Webhook not found"],
  "webhook.disabled": [409, "The webhook was disabled"],
  "webhook.too-many": [409, "Webhook limit reached"],
  "delivery.state": [409, "The message cannot be sent again now"],
  "key.rotated": [409, "A named key is no longer active"],
  "envelope.open-failed": [409, "The envelope could not be opened"],
  "envelope.replaced": [409, "The stored envelope does not match the log"],
  "export.not-found": [404, "Export not found"],
  "export.unfinished": [409, "The export is not finished"],
  "export.too-many": [409, "Too many of your exports are unfinished"],
  "export.ended": [409, "The export has ended"],
  "export.expired": [410, "The export's file was removed"],
  "export.standing": [403, "Your access has changed since this export was made"],
  "export.grant": [403, "The grant for this export has ended"],
  "export.range": [416, "The file does not have this byte range"],
  "export.index": [503, "A log entry is missing from the database, nothing was exported"],
  "export.erasure": [503, "An erasure is not under a checkpoint yet, nothing was exported"],
  "audit.not-found": [404, "Entry not found"],
  "audit.pruned": [410, "The entry's bytes were pruned"],
  "aside.not-found": [404, "Quarantined entry not found"],
  "acknowledgement.not-found": [404, "Acknowledgement not found"],
  "acknowledgement.state": [409, "The quarantined entry's state does not allow this"],
  "erasure.not-found": [404, "Erasure not found"],
  "erasure.state": [409, "The erasure's state does not allow this"],
  "preservation.not-found": [404, "Legal hold not found"],
  "preservation.ended": [409, "The legal hold has ended"],
  "verification.not-found": [404, "Verification not found"],
  "audit.not-integrated": [409, "The entry is not in the tree yet"],
  "roster.none": [409, "The custodian has no roster yet"],
  "roster.not-listed": [409, "This person is not on the roster"],
  "roster.key": [422, "The roster does not accept this key"],
  "roster.pending": [409, "A change of these keys is already pending"],
  "roster.confirmer": [403, "Another person must confirm this"],
  "roster.agreed": [409, "The person has already agreed"],
  "roster.closed": [409, "The change has ended"],
  "roster.superseded": [409, "The roster changed in the meantime"],
  "roster-change.not-found": [404, "Roster change not found"],
  "custodian.refused": [403, "The escrow custodian refused"],
  "custodian.unavailable": [503, "The escrow custodian does not respond"],
  "service.database-unavailable": [503, "The database does not respond"],
  "service.audit-unavailable": [503, "Audit log unavailable, nothing was changed"],
  "service.keystore-unavailable": [503, "The key store does not respond"],
  "service.limiter-unavailable": [503, "The rate limiter does not respond"],
  "service.unavailable": [503, "A part of the service does not respond"],
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

function isMarked(value: unknown, mark: symbol): boolean {
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
