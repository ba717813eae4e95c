import "server-only";
import { DomainError } from "@/lib/errors";

const MAX_HEADER_BYTES = 4_096;
const CRLF = Buffer.from("\r\n");
const HEADER_END = Buffer.from("\r\n\r\n");
/** RFC 2046 section 5.1.1, without the space that may not come last. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=?-]{1,70}$/;

/** The headers before a part's content (RFC 7578). */
export interface PartHead {
  readonly name: string;
  /** Absent for a plain field. */
  readonly filename: string | undefined;
  readonly mediaType: string;
}

/** Takes one part's content, in pieces, in the order of their arrival. */
export interface PartSink {
  write(bytes: Uint8Array): void;
  end(): void;
}

function malformed(): DomainError {
  return new DomainError("request.malformed", { detail: "The multipart body could not be read." });
}

/** The boundary that a Content-Type header names. */
export function boundaryOf(contentType: string): string {
  const found = /;\s*boundary=(?:"([^"]*)"|([^\s;]+))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2] ?? "";
  if (!BOUNDARY.test(boundary)) throw malformed();
  return boundary;
}

/** `name=value` pairs behind a header's first word; browsers write quotation marks and line ends in percent (HTML). */
function parametersOf(value: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, token] of value.matchAll(
    /;\s*([A-Za-z0-9*_-]+)=(?:"([^"]*)"|([^\s;"]+))/g,
  )) {
    if (parameters.has(name.toLowerCase())) throw malformed();
    const written = quoted ?? token ?? "";
    parameters.set(
      name.toLowerCase(),
      written.replace(/%0d/gi, "\r").replace(/%0a/gi, "\n").replaceAll("%22", '"'),
    );
  }
  return parameters;
}

function headersOf(bytes: Uint8Array): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of Buffer.from(bytes).toString("utf8").split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || headers.has(name)) throw malformed();
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

function headOf(bytes: Uint8Array): PartHead {
  const headers = headersOf(bytes);
  const disposition = headers.get("content-disposition") ?? "";
  const encoding = headers.get("content-transfer-encoding") ?? "binary";
  const parameters = parametersOf(disposition);
  const name = parameters.get("name");
  const isPlain = ["binary", "8bit", "7bit"].includes(encoding.toLowerCase());
  if (!/^form-data\s*(?:;|$)/i.test(disposition) || name === undefined || !isPlain) throw malformed();
  const filename = parameters.get("filename");
  return { name, filename, mediaType: headers.get("content-type") ?? "text/plain" };
}

type State = "start" | "delimited" | "head" | "content" | "closed";

/**
 * Divides a multipart body (RFC 2046 section 5.1, RFC 7578) into its parts while it arrives. Held at once: a piece of
 * the body and the length of a boundary, never a part. Strict: no preamble, no epilogue but a line end, one encoding of
 * a delimiter. A body that stops before its last boundary is refused by `finish`.
 */
export class MultipartParts {
  readonly #delimiter: Buffer;
  readonly #begin: (head: PartHead) => PartSink;
  #state: State = "start";
  // The first delimiter has no line end before it; with this one all are alike.
  #window: Buffer = CRLF;
  #sink: PartSink | undefined;

  constructor(boundary: string, begin: (head: PartHead) => PartSink) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#begin = begin;
  }

  push(chunk: Uint8Array): void {
    this.#window = Buffer.concat([this.#window, chunk]);
    while (this.#step());
  }

  /** To be called when the body has ended. */
  finish(): void {
    const isOver = this.#state === "closed" && (this.#window.length === 0 || this.#window.equals(CRLF));
    if (!isOver) throw malformed();
  }

  #take(length: number): Buffer {
    const taken = this.#window.subarray(0, length);
    this.#window = this.#window.subarray(length);
    return taken;
  }

  /** One step onwards; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case "start":
        return this.#open();
      case "delimited":
        return this.#afterDelimiter();
      case "head":
        return this.#head();
      case "content":
        return this.#content();
      case "closed":
        if (this.#window.length > CRLF.length) throw malformed();
        return false;
    }
  }

  #open(): boolean {
    const length = Math.min(this.#window.length, this.#delimiter.length);
    if (!this.#window.subarray(0, length).equals(this.#delimiter.subarray(0, length))) throw malformed();
    if (length < this.#delimiter.length) return false;
    this.#take(length);
    this.#state = "delimited";
    return true;
  }

  #afterDelimiter(): boolean {
    if (this.#window.length < 2) return false;
    const mark = this.#take(2).toString("latin1");
    if (mark !== "\r\n" && mark !== "--") throw malformed();
    this.#state = mark === "--" ? "closed" : "head";
    return true;
  }

  #head(): boolean {
    const end = this.#window.indexOf(HEADER_END);
    if (end > MAX_HEADER_BYTES || (end < 0 && this.#window.length > MAX_HEADER_BYTES)) throw malformed();
    if (end < 0) return false;
    this.#sink = this.#begin(headOf(this.#take(end)));
    this.#take(HEADER_END.length);
    this.#state = "content";
    return true;
  }

  #content(): boolean {
    const end = this.#window.indexOf(this.#delimiter);
    // A delimiter may have begun at the end of the bytes: the parser waits with that many.
    const length = end < 0 ? Math.max(0, this.#window.length - this.#delimiter.length + 1) : end;
    if (length > 0) this.#sink?.write(this.#take(length));
    if (end < 0) return false;
    this.#take(this.#delimiter.length);
    this.#sink?.end();
    this.#state = "delimited";
    return true;
  }
}
