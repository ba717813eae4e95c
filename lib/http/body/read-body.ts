import "server-only";
import { DomainError } from "@/lib/errors";
import type { CallBody, CallRequest } from "@/lib/http/endpoint/call-request";

const MEBIBYTE = 1_048_576;

/** Largest bodies in bytes (api.md). An upload's parts need some room for their headers. */
export const BODY_LIMITS = {
  plain: MEBIBYTE,
  batch: 8 * MEBIBYTE,
  upload: 20 * MEBIBYTE + 65_536,
  uploadedFile: 20 * MEBIBYTE,
} as const;

function tooLarge(maxBytes: number): DomainError {
  return new DomainError("request.too-large", { detail: `At most ${maxBytes} bytes are accepted here.` });
}

function declaredLength(request: CallRequest): number | undefined {
  const header = request.headers.get("content-length");
  if (header === null) return undefined;
  if (!/^[0-9]{1,15}$/.test(header))
    throw new DomainError("request.malformed", { detail: "Content-Length is not a number." });
  return Number(header);
}

/**
 * Takes chunks in the order of their arrival. An error that it throws is answered after the rest of the body has
 * passed.
 */
export type TakeChunk = (chunk: Uint8Array) => void;

async function readAtMost(
  body: CallBody,
  maxBytes: number,
  take: TakeChunk,
): Promise<{ readonly length: number; readonly refusal?: unknown }> {
  let length = 0;
  let refused: { readonly refusal: unknown } | undefined;
  await body.pass((chunk) => {
    length += chunk.length;
    if (length > maxBytes) return false;
    // A sender that is answered in the middle of its sending may see its connection break and no answer.
    try {
      if (refused === undefined) take(chunk);
    } catch (refusal) {
      refused = { refusal };
    }
    return true;
  });
  if (length > maxBytes) throw tooLarge(maxBytes);
  return { length, ...refused };
}

async function readWhole(body: CallBody, maxBytes: number, take: TakeChunk) {
  try {
    return await readAtMost(body, maxBytes, take);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError("request.malformed", { detail: "The body arrived incomplete.", cause: error });
  }
}

/**
 * Passes on the body's bytes while they arrive, and counts them: Content-Length alone is the sender's claim. Fewer
 * bytes than announced are an error, because half a document must not pass for a whole one (environment.md "Next
 * traps"). It keeps no bytes. Returns the number of bytes.
 */
export async function streamBody(request: CallRequest, maxBytes: number, take: TakeChunk): Promise<number> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw new DomainError("request.unsupported-media-type", {
      detail: "Content encodings are not accepted.",
    });
  }
  const declared = declaredLength(request);
  if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return checkLength(0, declared);
  const read = await readWhole(request.body, maxBytes, take);
  const length = checkLength(read.length, declared);
  if ("refusal" in read) throw read.refusal;
  return length;
}

function checkLength(length: number, declared: number | undefined): number {
  if (declared !== undefined && declared !== length) {
    throw new DomainError("request.malformed", {
      detail: `The body has ${length} bytes, but Content-Length announced ${declared}.`,
    });
  }
  return length;
}

/** The whole body, counted while it is read. */
export async function readBody(request: CallRequest, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const length = await streamBody(request, maxBytes, (chunk) => chunks.push(chunk));
  return Buffer.concat(chunks, length);
}

/** Whether a Content-Type header names only UTF-8, the encoding of JSON (RFC 8259 section 8.1). */
export function isUtf8(header: string): boolean {
  const named = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(header)?.[1];
  return named === undefined || named.toLowerCase() === "utf-8";
}

/** Media type of a Content-Type header in lower case, without parameters. */
export function mediaTypeOf(header: string | null): string | undefined {
  const type = header?.split(";", 1)[0]?.trim().toLowerCase();
  return type === "" ? undefined : type;
}
