import "server-only";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { OperatorError } from "@/lib/errors";

/** Where the log is sent to as it grows. */
export const collectorFields = {
  /** Collector of a security system that gets the log as syslog: `tls://host:6514`, or `tcp://host:601` without TLS. */
  SYSLOG_URL: z.url({ protocol: /^(?:tls|tcp)$/ }).optional(),
  /** PEM certificates that the collector's certificate must lead to, in place of the system's. */
  SYSLOG_CA_FILE: z.string().min(1).optional(),
};

/** A collector of syslog messages over TCP. */
export interface Collector {
  /** Scheme, host and port: the position in the log is stored under it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly ca?: string | undefined;
}

/** Ports assigned to syslog over TLS (RFC 5425) and over a plain stream (RFC 3195). */
const PORTS = { "tls:": 6514, "tcp:": 601 } as const;

interface CollectorEnv {
  readonly SYSLOG_URL?: string | undefined;
  readonly SYSLOG_CA_FILE?: string | undefined;
}

/** Returns the collector; undefined without one. Throws OperatorError for a file of certificates that cannot be read. */
export function collectorOf(env: CollectorEnv): Collector | undefined {
  const { SYSLOG_URL, SYSLOG_CA_FILE } = env;
  if (SYSLOG_URL === undefined) return undefined;
  const { protocol, hostname, port } = new URL(SYSLOG_URL);
  const isSecure = protocol === "tls:";
  const at = port === "" ? PORTS[isSecure ? "tls:" : "tcp:"] : Number(port);
  const host = hostname.replace(/^\[|\]$/g, "");
  const name = `${protocol}//${hostname}:${at}`;
  if (SYSLOG_CA_FILE === undefined) return { name, host, port: at, isSecure };
  if (!isSecure) throw new OperatorError("SYSLOG_CA_FILE needs a SYSLOG_URL that begins with tls://");
  try {
    return { name, host, port: at, isSecure, ca: readFileSync(SYSLOG_CA_FILE, "utf8") };
  } catch {
    throw new OperatorError("SYSLOG_CA_FILE names a file that cannot be read");
  }
}
