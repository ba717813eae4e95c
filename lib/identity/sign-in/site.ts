import "server-only";

/** The portal's addresses for people. Cookies, passkeys and origin checks depend on them. */
export interface Site {
  /** The configured origin, e.g. `http://localhost:3000`. */
  readonly origin: string;
  /** Every origin whose pages may make changes. */
  readonly origins: readonly string[];
  /** Relying party of passkeys: the configured origin's host. */
  readonly rpId: string;
  readonly isSecure: boolean;
  /** Whether the portal listens on this machine only. */
  readonly isLoopback: boolean;
  readonly cookies: Readonly<Record<"session" | "csrf" | "callback" | "known", string>>;
}

const LOOPBACK_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Returns whether a host name or bound address is this machine. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOSTS.includes(host) || host === "::1";
}

function cookieNames(isSecure: boolean): Site["cookies"] {
  // __Host- needs https, which plain loopback does not have.
  const prefix = isSecure ? "__Host-" : "";
  return {
    session: `${prefix}sealport-session`,
    csrf: `${prefix}sealport-csrf`,
    callback: `${prefix}sealport-callback`,
    known: `${prefix}sealport-known-browser`,
  };
}

/** Returns the site of PORTAL_ORIGIN or, without it, of localhost at this port. For a loopback name the other ones are origins too. */
export function siteOf(env: {
  readonly PORTAL_ORIGIN?: string | undefined;
  readonly HOST: string;
  readonly PORT: number;
}): Site {
  const url = new URL(env.PORTAL_ORIGIN ?? `http://localhost:${env.PORT}`);
  const names = isLoopbackHost(url.hostname) ? LOOPBACK_HOSTS : [];
  const siblings = names.map((name) => new URL(`${url.protocol}//${name}:${url.port}`).origin);
  const isSecure = url.protocol === "https:";
  return {
    origin: url.origin,
    origins: [...new Set([url.origin, ...siblings])],
    rpId: url.hostname,
    isSecure,
    isLoopback: isLoopbackHost(env.HOST),
    cookies: cookieNames(isSecure),
  };
}
