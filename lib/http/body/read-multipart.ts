import "server-only";
import type { UploadedFile, UploadSpec } from "@/lib/api-client/operation";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256Stream } from "@/lib/crypto/primitives-stream";
import { DomainError } from "@/lib/errors";
import { GrowingBytes } from "@/lib/http/body/growing-bytes";
import { boundaryOf, MultipartParts, type PartHead, type PartSink } from "@/lib/http/body/multipart-parts";
import { BODY_LIMITS, streamBody } from "@/lib/http/body/read-body";
import type { CallRequest } from "@/lib/http/endpoint/call-request";
import { parseJsonBody } from "@/lib/http/endpoint/parse-json";
import { invalid } from "@/lib/http/endpoint/problem";

/** The parts of an upload, and the SHA-256 of the whole body, by which a repeated call is known. */
export interface Multipart {
  readonly body: unknown;
  readonly files: Readonly<Record<string, UploadedFile | undefined>>;
  readonly bodyDigest: Uint8Array;
}

/** Collects the parts that an operation declares. */
class Collector {
  readonly files: Record<string, UploadedFile | undefined> = {};
  readonly #spec: UploadSpec;
  readonly #seen = new Set<string>();
  #json: Uint8Array | undefined;

  constructor(spec: UploadSpec) {
    this.#spec = spec;
  }

  /** Refuses undeclared and repeated parts before any of their bytes are kept. */
  begin(head: PartHead): PartSink {
    const { name } = head;
    const isJson = name === this.#spec.json;
    if (!isJson && !this.#spec.files.includes(name)) throw invalid(`/${name}`, "is not a part of this form");
    if (this.#seen.has(name)) throw invalid(`/${name}`, "is given twice");
    this.#seen.add(name);
    const content = new GrowingBytes(isJson ? BODY_LIMITS.plain : BODY_LIMITS.uploadedFile);
    return {
      write: (bytes) => {
        if (content.append(bytes)) return;
        throw isJson ? invalid(`/${name}`, "is too large") : new DomainError("request.too-large");
      },
      end: () => {
        if (isJson) this.#json = content.bytes;
        else this.files[name] = fileOf(head, content);
      },
    };
  }

  get body(): unknown {
    if (this.#json === undefined) throw invalid(`/${this.#spec.json}`, "is missing");
    return parseJsonBody(this.#json);
  }
}

function fileOf({ filename = "", mediaType }: PartHead, content: GrowingBytes): UploadedFile {
  return { filename, mediaType, bytes: content.bytes, sha256: toBase64url(content.digest()) };
}

/**
 * Reads a multipart body while it arrives: each file once, into one buffer, with the SHA-256 of the bytes as they came.
 * The whole must match Content-Length and end with its last boundary, or it is refused.
 */
export async function readMultipart(
  request: CallRequest,
  contentType: string,
  spec: UploadSpec,
): Promise<Multipart> {
  const collector = new Collector(spec);
  const parts = new MultipartParts(boundaryOf(contentType), (head) => collector.begin(head));
  const whole = sha256Stream();
  await streamBody(request, BODY_LIMITS.upload, (chunk) => {
    whole.update(chunk);
    parts.push(chunk);
  });
  parts.finish();
  return { body: collector.body, files: collector.files, bodyDigest: whole.digest() };
}
