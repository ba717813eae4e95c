import { refusalOf } from "./refusal.mjs";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const WRONG_METHOD = {
  status: 405,
  code: "request.method-not-allowed",
  title: "Method not allowed at this address",
  detail: "This portal does not support this method.",
};
const NO_HOST = {
  status: 400,
  code: "request.malformed",
  title: "The request could not be read",
  detail: "The request names no host (RFC 9110 section 7.2).",
};
const NO_TARGET = {
  status: 400,
  code: "request.malformed",
  title: "The request could not be read",
  detail: "The request target is not a path (RFC 9112 section 3.2).",
};
const TWO_CREDENTIALS = {
  status: 400,
  code: "request.malformed",
  title: "The request could not be read",
  detail: "Send one Authorization and one X-Api-Key header at most.",
};
const CREDENTIALS = ["authorization", "x-api-key"];
const WITH_HOST = /^https?:\/\/([^/?#@\s]+)(\/[^\s]*|\?[^\s]*)?$/i;

/**
 * A target may name a host, as for a proxy (RFC 9112 section 3.2.2): this server answers it. Next would redirect there.
 */
function takeHost(request) {
  const [whole, host, rest = "/"] = WITH_HOST.exec(request.url ?? "") ?? [];
  if (whole === undefined) return;
  request.url = rest.startsWith("/") ? rest : `/${rest}`;
  request.headers.host = host;
}

/** Whether a header that holds a credential was sent twice. Node keeps the first Authorization and drops the others. */
function hasTwoCredentials({ rawHeaders }) {
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  return CREDENTIALS.some((one) => names.indexOf(one) !== names.lastIndexOf(one));
}

function faultOf(request) {
  if (!METHODS.includes(request.method ?? "")) return WRONG_METHOD;
  if (request.httpVersion === "1.1" && request.headers.host === undefined) return NO_HOST;
  if (hasTwoCredentials(request)) return TWO_CREDENTIALS;
  takeHost(request);
  return request.url?.startsWith("/") ? undefined : NO_TARGET;
}

/** An invalid path is not repeated: without one the request's id names the occurrence. */
const pathOf = (url) => (url?.startsWith("/") ? url.split("?", 1)[0] : undefined);

/** OPTIONS of the server as a whole (RFC 9110 section 9.3.7). */
function answerForAll(response) {
  const { "content-type": _, "content-length": __, ...headers } = refusalOf({ status: 204 }).headers;
  response.writeHead(204, { ...headers, allow: METHODS.join(", ") });
  response.end();
}

/**
 * Answers what Next cannot build a Request of: TRACE and WebDAV's methods by 405, no host, no path or two
 * credentials by 400, OPTIONS of everything; true when it did.
 */
export function refuseEarly(request, response) {
  if (request.method === "OPTIONS" && request.url === "*" && request.headers.host !== undefined) {
    answerForAll(response);
    return true;
  }
  const fault = faultOf(request);
  if (fault === undefined) return false;
  const { status, headers, body } = refusalOf({ ...fault, instance: pathOf(request.url) });
  response.writeHead(status, { ...headers, ...(status === 405 ? { allow: METHODS.join(", ") } : {}) });
  response.end(body);
  return true;
}
