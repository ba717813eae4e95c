import { z } from "zod";

const Text = z.string().min(1);
/** A key's name at its holder: no spaces, quotes or control characters. */
const NAME = /^[!#-&(-~]{1,1000}$/;

/** Where the root key of a keystore is stored; each kind's details are in variables of their own. */
export type CustodyChoice =
  | { readonly kind: "local"; readonly name: "" }
  | { readonly kind: "aws-kms" | "transit"; readonly name: string }
  /** `areKeysResident`: participants' keys are made in the token that wraps the root, and stay there. */
  | { readonly kind: "pkcs11"; readonly name: string; readonly areKeysResident: boolean };

/** Reads the text of SEALPORT_CUSTODY; undefined where it is invalid. */
export function parseCustody(text: string): CustodyChoice | undefined {
  if (text === "local") return { kind: "local", name: "" };
  const cut = text.indexOf(":");
  const kind = text.slice(0, cut);
  const name = text.slice(cut + 1);
  if (!NAME.test(name)) return undefined;
  if (kind === "pkcs11" || kind === "pkcs11-resident")
    return { kind: "pkcs11", name, areKeysResident: kind === "pkcs11-resident" };
  return kind === "aws-kms" || kind === "transit" ? { kind, name } : undefined;
}

function moduleVariables(text: string, context: z.RefinementCtx): Record<string, string> {
  try {
    return z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: "custom", message: "not a JSON object of texts" });
    return z.NEVER;
  }
}

/** The variables of its custody that a process with a keystore reads. */
export const custodyFields = {
  SEALPORT_CUSTODY: Text.default("local").refine((text) => parseCustody(text) !== undefined),
  /** For how long keys that a key service opened are used until it is asked again, in seconds. */
  CUSTODY_LEASE_S: z.coerce.number().int().min(10).max(86_400).default(900),
  /** How many opened keys of participants are cached (0: none), for how many seconds, and for how many uses. */
  OPENED_KEYS: z.coerce.number().int().min(0).max(100_000).default(256),
  OPENED_KEY_S: z.coerce.number().int().min(1).max(86_400).default(300),
  OPENED_KEY_USES: z.coerce.number().int().min(1).max(1_000_000_000).default(10_000),
  VAULT_ADDR: z.url({ protocol: /^https?$/ }).optional(),
  VAULT_TOKEN: Text.optional(),
  VAULT_TOKEN_FILE: Text.optional(),
  VAULT_NAMESPACE: Text.optional(),
  PKCS11_PIN: Text.optional(),
  PKCS11_PIN_FILE: Text.optional(),
  /** OpenSC's pkcs11-tool, where it is not on the PATH. */
  PKCS11_TOOL: Text.default("pkcs11-tool"),
  /** Variables that the token's module reads, as a JSON object of texts. */
  PKCS11_ENV: z.string().default("{}").transform(moduleVariables),
};

/** What the supervisor passes on unread to every process with keys; the names of the AWS SDK's own are among them. */
export const custodyTexts = {
  SEALPORT_CUSTODY: Text.optional(),
  CUSTODY_LEASE_S: Text.optional(),
  OPENED_KEYS: Text.optional(),
  OPENED_KEY_S: Text.optional(),
  OPENED_KEY_USES: Text.optional(),
  VAULT_ADDR: Text.optional(),
  VAULT_TOKEN: Text.optional(),
  VAULT_TOKEN_FILE: Text.optional(),
  VAULT_NAMESPACE: Text.optional(),
  PKCS11_PIN: Text.optional(),
  PKCS11_PIN_FILE: Text.optional(),
  PKCS11_TOOL: Text.optional(),
  PKCS11_ENV: Text.optional(),
  NODE_EXTRA_CA_CERTS: Text.optional(),
  AWS_REGION: Text.optional(),
  AWS_PROFILE: Text.optional(),
  AWS_ACCESS_KEY_ID: Text.optional(),
  AWS_SECRET_ACCESS_KEY: Text.optional(),
  AWS_SESSION_TOKEN: Text.optional(),
  AWS_ROLE_ARN: Text.optional(),
  AWS_ROLE_SESSION_NAME: Text.optional(),
  AWS_WEB_IDENTITY_TOKEN_FILE: Text.optional(),
  AWS_CONTAINER_CREDENTIALS_FULL_URI: Text.optional(),
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: Text.optional(),
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: Text.optional(),
  AWS_ENDPOINT_URL_KMS: Text.optional(),
  AWS_CA_BUNDLE: Text.optional(),
};

export interface TransitSettings {
  readonly address: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly namespace: string | undefined;
}

export interface TokenSettings {
  readonly pin: string | undefined;
  readonly pinFile: string | undefined;
  readonly tool: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How the key of a local keystore is obtained: from a key file or from a passphrase. */
export type Unlock = { readonly keyFile: string } | { readonly passphrase: string };

/** All that opening a keystore needs to know in addition to its folder. */
export interface CustodySettings {
  readonly choice: CustodyChoice;
  readonly leaseMs: number;
  readonly openedKeys: { readonly keys: number; readonly ms: number; readonly uses: number };
  readonly unlock: Unlock | undefined;
  readonly transit: TransitSettings;
  readonly token: TokenSettings;
}

type CustodyVariables = z.output<z.ZodObject<typeof custodyFields>> & {
  readonly KEK_FILE?: string | undefined;
  readonly KEK_PASSPHRASE?: string | undefined;
};

/** The settings in a process's variables. */
export function custodySettings(env: CustodyVariables): CustodySettings {
  const choice = parseCustody(env.SEALPORT_CUSTODY);
  if (choice === undefined) throw new TypeError("SEALPORT_CUSTODY is not a known custody");
  return {
    choice,
    leaseMs: env.CUSTODY_LEASE_S * 1_000,
    openedKeys: { keys: env.OPENED_KEYS, ms: env.OPENED_KEY_S * 1_000, uses: env.OPENED_KEY_USES },
    unlock: optionalUnlock(env),
    transit: {
      address: env.VAULT_ADDR,
      token: env.VAULT_TOKEN,
      tokenFile: env.VAULT_TOKEN_FILE,
      namespace: env.VAULT_NAMESPACE,
    },
    token: {
      pin: env.PKCS11_PIN,
      pinFile: env.PKCS11_PIN_FILE,
      tool: env.PKCS11_TOOL,
      environment: env.PKCS11_ENV,
    },
  };
}

const Variables = z.object({
  KEK_FILE: Text.optional(),
  KEK_PASSPHRASE: Text.optional(),
  ...custodyFields,
});

/** Returns the same from the variables of a child. Throws TypeError that names the unusable variable. */
export function readCustody(variables: Readonly<Record<string, string | undefined>>): CustodySettings {
  const parsed = Variables.safeParse(variables);
  if (parsed.success) return custodySettings(parsed.data);
  const names = new Set(parsed.error.issues.map((issue) => issue.path.join(".")));
  throw new TypeError(`environment variables not usable: ${[...names].join(", ")}`);
}

/** Those of these variables that are set. */
export function custodyVariables(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const known = Object.keys(custodyTexts).map((name) => [name, env[name]] as const);
  return Object.fromEntries(
    known.filter((pair): pair is [(typeof pair)[0], string] => typeof pair[1] === "string"),
  );
}

function optionalUnlock(env: CustodyVariables): Unlock | undefined {
  if (env.KEK_PASSPHRASE !== undefined) return { passphrase: env.KEK_PASSPHRASE };
  return env.KEK_FILE === undefined ? undefined : { keyFile: env.KEK_FILE };
}
