import "server-only";
import { DomainError } from "@/lib/errors";

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

function declaredLength(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  if (header === null) return undefined;
  if (!/^[0-9]{1,15}$/.test(header))
    throw new DomainError("request.malformed", { detail: "Content-Length is not a number." });
  return Number(header);
}

async function readAtMost(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, length);
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

/**
 * The body's bytes, counted while they are read: Content-Length alone is the sender's word. Fewer bytes than
 * announced are an error, because half a document must not pass for a whole one (environment.md "Next traps").
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw new DomainError("request.unsupported-media-type", {
      detail: "Content encodings are not accepted.",
    });
  }
  const declared = declaredLength(request);
  if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return checkLength(new Uint8Array(0), declared);
  let bytes: Uint8Array;
  try {
    bytes = await readAtMost(request.body, maxBytes);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError("request.malformed", { detail: "The body did not arrive whole.", cause: error });
  }
  return checkLength(bytes, declared);
}

function checkLength(bytes: Uint8Array, declared: number | undefined): Uint8Array {
  if (declared !== undefined && declared !== bytes.length) {
    throw new DomainError("request.malformed", {
      detail: `The body has ${bytes.length} bytes where Content-Length announced ${declared}.`,
    });
  }
  return bytes;
}

/** Media type of a Content-Type header in lower case, without parameters. */
export function mediaTypeOf(header: string | null): string | undefined {
  const type = header?.split(";", 1)[0]?.trim().toLowerCase();
  return type === "" ? undefined : type;
}
