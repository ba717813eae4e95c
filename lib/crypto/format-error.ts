/** Codes of refusals that name what was wrong with the given bytes or text. */
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

/** Position of the fault in the input: a JSON Pointer (RFC 6901), or a byte offset with its file. */
export interface FormatErrorPlace {
  readonly pointer?: string;
  readonly offset?: number;
  readonly file?: string;
}

// A server's pages, routes and instrumentation each load their own copy of this module. The runtime's keystore comes from
// instrumentation's copy. So these errors are recognised by a mark, like DomainError, and not by `instanceof`.
const MALFORMED = Symbol.for("sealport.format-error");
const UNOPENED = Symbol.for("sealport.open-error");

/**
 * Thrown when input is not in the only accepted encoding. The message never contains the input, so it may be shown and
 * logged. `pointer` may contain member names.
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

/** Thrown for every failure to open sealed data: the same code and message for all causes, and no `cause`. */
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
