import type { FactsBody } from "../answers/bodies";
import type { ChosenDocument } from "./read-document";
import { isSignedOrder } from "./signed-order";

/** A multipart body whose bytes depend on its parts and key alone, so that a repeated call is the same call. */
export interface MultipartBody {
  readonly body: Blob;
  readonly type: string;
}

/** The name in a Content-Disposition header as browsers write it (HTML, multipart/form-data encoding). */
function quotedName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

/** RFC 7578. A boundary that a browser draws would differ at each try, and with it the idempotency of the call. */
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

/** What came back, as `fetch` would give it. */
export type SendBody = (
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

/** Sends with progress, which `fetch` does not tell. Undefined when no answer came. */
export const sendBody: SendBody = (address, { body, type }, key, onProgress) =>
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
