import { refusalOf } from "./refusal.mjs";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const WRONG_METHOD = {
  status: 405,
  code: "request.method-not-allowed",
  title: "This address does not answer that method",
  detail: "The method is not one that anything here answers.",
};
const NO_HOST = {
  status: 400,
  code: "request.malformed",
  title: "The request could not be read",
  detail: "The request names no host (RFC 9110 section 7.2).",
};

function faultOf(request) {
  if (!METHODS.includes(request.method ?? "")) return WRONG_METHOD;
  return request.httpVersion === "1.1" && request.headers.host === undefined ? NO_HOST : undefined;
}

/** Answers what Next cannot build a Request of: TRACE and WebDAV's methods by 405, no host by 400; true when it did. */
export function refuseEarly(request, response) {
  const fault = faultOf(request);
  if (fault === undefined) return false;
  const { status, headers, body } = refusalOf({ ...fault, instance: (request.url ?? "/").split("?", 1)[0] });
  response.writeHead(status, { ...headers, ...(status === 405 ? { allow: METHODS.join(", ") } : {}) });
  response.end(body);
  return true;
}
