import "server-only";

/**
 * Content security policy of pages (identity.md): scripts only with the request's nonce and what those load;
 * style elements with the nonce; style attributes are allowed, since Radix and recharts need them.
 */
export function pagePolicy(nonce: string, isSecure: boolean): string {
  // `next dev` evaluates its modules and styles its own overlay; a build has the other branch only.
  const isDevelopment = process.env.NODE_ENV === "development";
  const development = isDevelopment ? " 'unsafe-eval'" : "";
  const styles = isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    `style-src 'self' ${styles}`,
    `style-src-elem 'self' ${styles}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    // The verifier of bundles and the reader of documents run in threads of their own, from files of this portal.
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    // On a plain loopback address this would send the browser to a port without TLS.
    ...(isSecure ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** Further headers of every page. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};
