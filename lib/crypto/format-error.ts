/** Codes of refusals that name what was wrong with bytes or text handed to us. */
export type FormatErrorCode =
  | "format.base64"
  | "format.bundle"
  | "format.content-digest"
  | "format.envelope"
  | "format.hex"
  | "format.http-signature"
  | "format.instant"
  | "format.json"
  | "format.key"
  | "format.length"
  | "format.merkle"
  | "format.note"
  | "format.proof"
  | "format.record"
  | "format.text";

/** Where in the input the fault lies: a JSON Pointer (RFC 6901), or a byte offset and the file it falls in. */
export interface FormatErrorPlace {
  readonly pointer?: string;
  readonly offset?: number;
  readonly file?: string;
}

// A server's pages, routes and instrumentation have a copy of this module each, and the runtime's keystore is of
// instrumentation's: so these errors are told by a mark, as DomainError is.
const MALFORMED = Symbol.for("sealport.format-error");
const UNOPENED = Symbol.for("sealport.open-error");

/**
 * Input is not in the one encoding we accept. The message never contains the input itself, so it may be
 * shown and logged; `pointer` may contain member names.
 */
export class FormatError extends Error {
  readonly code: FormatErrorCode;
  readonly pointer: string | undefined;
  readonly offset: number | undefined;
  readonly file: string | undefined;

  constructor(code: FormatErrorCode, message: string, place: FormatErrorPlace = {}) {
    super(message);
    this.name = "FormatError";
    this.code = code;
    this.pointer = place.pointer;
    this.offset = place.offset;
    this.file = place.file;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && Reflect.get(value, MALFORMED) === true;
  }

  get [MALFORMED](): true {
    return true;
  }
}

/** Every failure to open something sealed: one code and one message whatever the cause, and no `cause`. */
export class OpenError extends Error {
  readonly code = "envelope.open-failed";

  constructor() {
    super("could not be opened");
    this.name = "OpenError";
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && Reflect.get(value, UNOPENED) === true;
  }

  get [UNOPENED](): true {
    return true;
  }
}
