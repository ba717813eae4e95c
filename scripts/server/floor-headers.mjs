// Security headers under every answer of the portal's server. Pages, files and calls set their own; Next itself answers
// some addresses with a redirect or a line of text, and these would have no headers.

const FLOOR = {
  "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};

/** Gives an answer, when its head is written, what of these it has not got by then. */
export function floorHeaders(response) {
  const { writeHead } = response;
  response.writeHead = (...args) => {
    for (const [name, value] of Object.entries(FLOOR))
      if (!response.hasHeader(name)) response.setHeader(name, value);
    return writeHead.apply(response, args);
  };
}
