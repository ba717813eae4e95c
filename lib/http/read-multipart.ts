import "server-only";
import type { UploadedFile, UploadSpec } from "@/lib/api-client/operation";
import { utf8 } from "@/lib/crypto/bytes";
import { DomainError } from "@/lib/errors";
import { parseJsonBody } from "@/lib/http/parse-json";
import { invalid } from "@/lib/http/problem";
import { BODY_LIMITS } from "@/lib/http/read-body";

interface Multipart {
  readonly body: unknown;
  readonly files: Readonly<Record<string, UploadedFile | undefined>>;
}

async function parseForm(bytes: Uint8Array, contentType: string): Promise<FormData> {
  try {
    // The platform's own parser, but only over bytes that were read whole and counted.
    return await new Response(Uint8Array.from(bytes), {
      headers: { "content-type": contentType },
    }).formData();
  } catch (error) {
    throw new DomainError("request.malformed", {
      detail: "The multipart body could not be read.",
      cause: error,
    });
  }
}

async function toFile(part: FormDataEntryValue): Promise<UploadedFile> {
  if (typeof part === "string") return { filename: "", mediaType: "text/plain", bytes: utf8(part) };
  if (part.size > BODY_LIMITS.uploadedFile) throw new DomainError("request.too-large");
  const bytes = new Uint8Array(await part.arrayBuffer());
  return { filename: part.name, mediaType: part.type, bytes };
}

async function toJson(part: FormDataEntryValue, name: string): Promise<unknown> {
  const { bytes } = await toFile(part);
  if (bytes.length > BODY_LIMITS.plain) throw invalid(`/${name}`, "is too large");
  return parseJsonBody(bytes);
}

/** The parts of a multipart body; parts that are not declared, or stand twice, are refused. */
export async function readMultipart(
  bytes: Uint8Array,
  contentType: string,
  spec: UploadSpec,
): Promise<Multipart> {
  const form = await parseForm(bytes, contentType);
  const files: Record<string, UploadedFile | undefined> = {};
  let body: unknown;
  const seen = new Set<string>();
  for (const [name, part] of form) {
    if (name !== spec.json && !spec.files.includes(name))
      throw invalid(`/${name}`, "is not a part of this form");
    if (seen.has(name)) throw invalid(`/${name}`, "stands twice");
    seen.add(name);
    if (name === spec.json) body = await toJson(part, name);
    else files[name] = await toFile(part);
  }
  if (!seen.has(spec.json)) throw invalid(`/${spec.json}`, "is missing");
  return { body, files };
}
