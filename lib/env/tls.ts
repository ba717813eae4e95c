import { z } from "zod";
import { EnvironmentError } from "@/lib/env/read-environment";

const Text = z.string().min(1);

/** How this part proves who it is to other parts, as PEM files. Needed for addresses that begin with mtls://. */
export const tlsFields = {
  /** Its certificate. The common name is the part's: portal, worker, signer, custodian or witness. */
  TLS_CERT_FILE: Text.optional(),
  TLS_KEY_FILE: Text.optional(),
  /** The authority that issues the certificates of this instance's parts, and of nothing else. */
  TLS_CA_FILE: Text.optional(),
};

export const socketFields = {
  SOCKET_GROUP: Text.optional(),
  /** Address that a part with an mtls:// address listens at, where callers know it by another name: `0.0.0.0` in a container. */
  SERVE_HOST: Text.optional(),
};

/** An address that a part serves at: a Unix socket, or mtls:// where other machines call it. */
export const ServedUrl = Text.refine(
  (url) => /^(?:unix:\/|mtls:\/\/)/.test(url),
  "begin with unix:/ or mtls://, so that only parts of this instance can call it",
);

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** Returns the files of a part's certificate; undefined without them. Throws EnvironmentError if only some are set. */
export function tlsFilesOf(env: {
  readonly TLS_CERT_FILE?: string | undefined;
  readonly TLS_KEY_FILE?: string | undefined;
  readonly TLS_CA_FILE?: string | undefined;
}): TlsFiles | undefined {
  const { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key, TLS_CA_FILE: authority } = env;
  if (certificate === undefined && key === undefined && authority === undefined) return undefined;
  if (certificate !== undefined && key !== undefined && authority !== undefined)
    return { certificate, key, authority };
  throw new EnvironmentError("set TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE together");
}
