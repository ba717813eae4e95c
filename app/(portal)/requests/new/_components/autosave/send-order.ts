import { addressOf, CallRefused, NetworkLost, problemOf, target } from "@/components/client/api";
import type { AuthorizationAnswer } from "@/lib/access/requests/answer-schema";
import type { attachAuthorization } from "@/lib/api-client/operations/access";
import type { FactsBody } from "../answers/bodies";
import type { ChosenDocument } from "../document/read-document";
import { draftCalls } from "./draft-calls";

const ATTACH = target<typeof attachAuthorization>(
  "POST",
  "/confidential/access/requests/{id}/authorizations",
);

/** A JWS is the order itself; any other signature belongs to a document. */
const JWS = /\.(jws|jose|txt)$/i;
/** The same for a file that was chosen as a document: a text file can be anything. */
const SURELY_JWS = /\.(jws|jose)$/i;

export const isSignedOrder = ({ name }: Pick<File, "name">): boolean => JWS.test(name);

export const isSurelySignedOrder = ({ name }: Pick<File, "name">): boolean => SURELY_JWS.test(name);

/** A multipart body. Its bytes depend on its parts and key only, so that a repeated call has the same body. */
export interface MultipartBody {
  readonly body: Blob;
  readonly type: string;
}

/** The name in a Content-Disposition header, written as browsers do (HTML, multipart/form-data encoding). */
function quotedName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

/**
 * Returns facts and files as RFC 7578 says. The boundary is made of the key: a random one would change the body at each
 * attempt, and the idempotency key would not match it.
 */
export function multipartBody(
  facts: FactsBody,
  parts: { readonly document: ChosenDocument | undefined; readonly signature: File | undefined },
  key: string,
): MultipartBody {
  const boundary = `sealport-${key}`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="facts"\r\n\r\n${JSON.stringify(facts)}\r\n`;
  const end = `--${boundary}--\r\n`;
  const type = `multipart/form-data; boundary=${boundary}`;
  const { document, signature } = parts;
  const partOf = (name: string, filename: string, mediaType: string, file: Blob): BlobPart[] => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${quotedName(filename)}"\r\nContent-Type: ${mediaType}\r\n\r\n`,
    file,
    "\r\n",
  ];
  const signaturePart = (file: File): BlobPart[] =>
    isSignedOrder(file)
      ? partOf("jws", file.name, "application/jose", file)
      : partOf("cms", file.name, "application/pkcs7-signature", file);
  const body = [
    head,
    ...(document === undefined ? [] : partOf("document", document.name, document.mediaType, document.file)),
    ...(signature === undefined ? [] : signaturePart(signature)),
    end,
  ];
  return { body: new Blob(body), type };
}

export interface Sending {
  readonly sent: number;
  readonly total: number;
}

type SendBody = (
  address: string,
  body: MultipartBody,
  key: string,
  onProgress: (sending: Sending) => void,
) => Promise<Response | undefined>;

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split("\r\n")) {
    const at = line.indexOf(":");
    if (at > 0) headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return headers;
}

/** Sends with progress, which `fetch` does not report. Resolves with undefined when no answer came. */
const sendBody: SendBody = (address, { body, type }, key, onProgress) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("content-type", type);
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("idempotency-key", key);
    request.upload.onprogress = (event) => onProgress({ sent: event.loaded, total: event.total });
    request.onload = () =>
      resolve(new Response(request.responseText, { status: request.status, headers: headersOf(request) }));
    request.onerror = () => resolve(undefined);
    request.ontimeout = () => resolve(undefined);
    request.onabort = () => resolve(undefined);
    request.send(body);
  });

/** What is sent of a legal authority. */
export interface AttachCall {
  readonly draftId: string;
  readonly facts: FactsBody;
  /** Absent when only facts are corrected: the server has the document. */
  readonly document: ChosenDocument | undefined;
  /** Absent when the server has it, or when there is none. */
  readonly signature: File | undefined;
  readonly key: string;
  readonly onProgress: (sending: Sending) => void;
}

/** The stored legal authority, with the version that attaching gave the draft. */
export type Attachment = Omit<AuthorizationAnswer, "receipt">;

/** Sends the facts, with the document and the signature that the server does not have. */
export async function attach(input: AttachCall): Promise<Attachment> {
  const { draftId, facts, document, signature, key, onProgress } = input;
  const address = addressOf(ATTACH.path, { params: { id: draftId } });
  const response = await sendBody(
    address,
    multipartBody(facts, { document, signature }, key),
    key,
    onProgress,
  );
  if (response === undefined) throw new NetworkLost("no answer");
  if (!response.ok) throw new CallRefused(await problemOf(response));
  if (response.headers.get("idempotency-replayed") === null) return response.json();
  // A repeated call is answered with ids only, so the stored authority is read.
  const { authorization, version } = await draftCalls.read(draftId);
  if (authorization === undefined) throw new NetworkLost("the first call has not ended");
  return { ...authorization, request_version: version };
}
