import "server-only";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { utf8 } from "@/lib/crypto/bytes";
import { aesGcmOpen, aesGcmSeal, hkdfSha256, randomBytes } from "@/lib/crypto/primitives";

/**
 * A server that has the Transit engine's HTTP API as Vault and OpenBao document it: keys with versions, rotation, minimum versions, derived
 * keys with context, associated data, rewrap, tokens, namespaces, errors as {"errors": […]}. It uses real AES-256-GCM. Not included:
 * batches, convergent encryption, other key types, export and backup.
 */
export interface TransitServer {
  readonly url: string;
  readonly token: string;
  /** Makes a token whose policy has these paths below the mount alone, such as `decrypt/KEY`. */
  tokenFor(...paths: readonly string[]): string;
  /** Removes the token, as a revocation does. */
  revokeToken(): void;
  /** Decrypts below the minimum version too, as no real service should. */
  makeLax(): void;
  /** Resolves once the token has made this many calls since; `act` runs when the last one arrives and before it is answered. */
  calls(count: number, act: () => void): Promise<void>;
  /** Calls the API as an operator with the root token. */
  admin(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Reply>;
  close(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface Key {
  readonly versions: Map<number, { readonly key: Uint8Array; readonly madeAt: number }>;
  readonly isDerived: boolean;
  minDecryption: number;
  minEncryption: number;
  deletionAllowed: boolean;
  softDeleted: boolean;
}

const Fields = z.object({
  plaintext: z.base64().optional(),
  ciphertext: z.string().optional(),
  context: z.base64().optional(),
  associated_data: z.base64().optional(),
  key_version: z.int().min(0).optional(),
  derived: z.boolean().optional(),
  type: z.string().optional(),
  min_decryption_version: z.int().optional(),
  min_encryption_version: z.int().optional(),
  deletion_allowed: z.boolean().optional(),
});
type Fields = z.infer<typeof Fields>;

class ApiError extends Error {
  constructor(
    readonly status: number,
    message = "",
  ) {
    super(message);
  }
}

const bytes = (base64: string | undefined) => new Uint8Array(Buffer.from(base64 ?? "", "base64"));
const base64 = (raw: Uint8Array) => Buffer.from(raw).toString("base64");

class Engine {
  readonly keys = new Map<string, Key>();
  isLax = false;

  create(name: string, { derived = false, type = "aes256-gcm96" }: Fields): Reply {
    if (type !== "aes256-gcm96") throw new ApiError(400, `unknown key type ${type}`);
    if (!this.keys.has(name)) {
      const versions = new Map([[1, { key: randomBytes(32), madeAt: 1_700_000_000 }]]);
      this.keys.set(name, {
        versions,
        isDerived: derived,
        minDecryption: 1,
        minEncryption: 0,
        deletionAllowed: false,
        softDeleted: false,
      });
    }
    return this.read(name);
  }

  read(name: string): Reply {
    const key = this.keys.get(name);
    if (key === undefined) throw new ApiError(404);
    const data = {
      name,
      type: "aes256-gcm96",
      derived: key.isDerived,
      ...(key.isDerived ? { kdf: "hkdf_sha256", convergent_encryption: false } : {}),
      deletion_allowed: key.deletionAllowed,
      exportable: false,
      allow_plaintext_backup: false,
      auto_rotate_period: 0,
      imported_key: false,
      keys: Object.fromEntries([...key.versions].map(([n, { madeAt }]) => [String(n), madeAt])),
      latest_version: key.versions.size,
      min_available_version: 0,
      min_decryption_version: key.minDecryption,
      min_encryption_version: key.minEncryption,
      supports_encryption: true,
      supports_decryption: true,
      supports_derivation: true,
      supports_signing: false,
      ...(key.softDeleted ? { soft_deleted: true } : {}),
    };
    return {
      status: 200,
      body: { request_id: "r", lease_id: "", renewable: false, lease_duration: 0, data },
    };
  }

  rotate(name: string): Reply {
    const key = this.need(name);
    key.versions.set(key.versions.size + 1, { key: randomBytes(32), madeAt: 1_700_000_001 });
    return this.read(name);
  }

  configure(name: string, fields: Fields): Reply {
    const key = this.need(name);
    const { min_decryption_version: oldest, min_encryption_version: newest } = fields;
    if (oldest !== undefined && oldest > key.versions.size)
      throw new ApiError(
        400,
        `cannot set min decryption version of ${oldest}, latest key version is ${key.versions.size}`,
      );
    key.minDecryption = oldest ?? key.minDecryption;
    key.minEncryption = newest ?? key.minEncryption;
    key.deletionAllowed = fields.deletion_allowed ?? key.deletionAllowed;
    return this.read(name);
  }

  softDelete(name: string, isDeleted: boolean): Reply {
    this.need(name).softDeleted = isDeleted;
    return { status: 204, body: undefined };
  }

  delete(name: string): Reply {
    if (!this.need(name).deletionAllowed) {
      throw new ApiError(400, `error deleting policy ${name}: deletion is not allowed for this policy`);
    }
    this.keys.delete(name);
    return { status: 204, body: undefined };
  }

  encrypt(name: string, fields: Fields): Reply {
    const key = this.need(name);
    if (fields.plaintext === undefined) throw new ApiError(400, "missing plaintext to encrypt");
    const version = fields.key_version || key.versions.size;
    if (version < key.minEncryption)
      throw new ApiError(
        400,
        "requested version for encryption is less than the minimum encryption key version",
      );
    const iv = randomBytes(12);
    const aad = bytes(fields.associated_data);
    const sealed = aesGcmSeal(this.versionKey(key, version, fields), iv, bytes(fields.plaintext), aad);
    const whole = Buffer.concat([iv, sealed.ciphertext, sealed.tag]);
    return {
      status: 200,
      body: { data: { ciphertext: `vault:v${version}:${base64(whole)}`, key_version: version } },
    };
  }

  decrypt(name: string, fields: Fields): Reply {
    return { status: 200, body: { data: { plaintext: base64(this.open(name, fields)) } } };
  }

  rewrap(name: string, fields: Fields): Reply {
    return this.encrypt(name, { ...fields, plaintext: base64(this.open(name, fields)) });
  }

  private open(name: string, fields: Fields): Uint8Array {
    const key = this.need(name);
    if (!fields.ciphertext) throw new ApiError(400, "missing ciphertext to decrypt");
    if (!fields.ciphertext.startsWith("vault:v")) throw new ApiError(400, "invalid ciphertext: no prefix");
    const [, number = "", text] = /^vault:v([0-9]+):(.*)$/.exec(fields.ciphertext) ?? [];
    if (text === undefined) throw new ApiError(400, "invalid ciphertext: wrong number of fields");
    const version = Number(number);
    if (version > key.versions.size) throw new ApiError(400, "invalid ciphertext: version is too new");
    if (version < key.minDecryption && !this.isLax)
      throw new ApiError(400, "ciphertext or signature version is disallowed by policy (too old)");
    const raw = bytes(text);
    if (raw.length < 28) throw new ApiError(400, "invalid ciphertext length");
    const own = this.versionKey(key, version, fields);
    try {
      const body = raw.subarray(12, raw.length - 16);
      return aesGcmOpen(own, raw.subarray(0, 12), body, raw.subarray(-16), bytes(fields.associated_data));
    } catch {
      throw new ApiError(400, "invalid ciphertext: unable to decrypt");
    }
  }

  private versionKey(key: Key, version: number, { context }: Fields): Uint8Array {
    const found = key.versions.get(version);
    if (found === undefined) throw new ApiError(400, "invalid key version");
    if (!key.isDerived) return found.key;
    if (context === undefined || context === "")
      throw new ApiError(
        400,
        "missing 'context' for key derivation; the key was created using a derived key",
      );
    return hkdfSha256(found.key, utf8(""), bytes(context), 32);
  }

  private need(name: string): Key {
    const key = this.keys.get(name);
    if (key === undefined) throw new ApiError(400, "encryption key not found");
    return key;
  }
}

const ACTS: Readonly<Record<string, (engine: Engine, name: string, fields: Fields) => Reply>> = {
  "POST keys": (engine, name, fields) => engine.create(name, fields),
  "GET keys": (engine, name) => engine.read(name),
  "DELETE keys": (engine, name) => engine.delete(name),
  "POST keys rotate": (engine, name) => engine.rotate(name),
  "POST keys config": (engine, name, fields) => engine.configure(name, fields),
  "POST keys soft-delete": (engine, name) => engine.softDelete(name, true),
  "POST keys soft-delete-restore": (engine, name) => engine.softDelete(name, false),
  "POST encrypt": (engine, name, fields) => engine.encrypt(name, fields),
  "POST decrypt": (engine, name, fields) => engine.decrypt(name, fields),
  "POST rewrap": (engine, name, fields) => engine.rewrap(name, fields),
};

async function fieldsOf(message: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return Fields.parse(text === "" ? {} : JSON.parse(text));
  } catch {
    throw new ApiError(400, "error parsing JSON");
  }
}

const newToken = () => `hvs.${Buffer.from(randomBytes(18)).toString("base64url")}`;

/** Starts a Transit engine at `mount` in `namespace`, with one token that may use it. */
export async function startTransitServer(mount = "transit", namespace?: string): Promise<TransitServer> {
  const engine = new Engine();
  const root = newToken();
  let token: string | undefined = newToken();
  const issued = token;
  const policies = new Map<string, readonly string[]>();

  let onCall: () => void = () => undefined;

  const answer = async (message: IncomingMessage): Promise<Reply> => {
    const [, version, ...path] = (message.url ?? "").split("/");
    if (version !== "v1") throw new ApiError(404);
    if (path.join("/") === "sys/health")
      return { status: 200, body: { initialized: true, sealed: false, standby: false } };
    const given = message.headers["x-vault-token"];
    const isRoot = given === root;
    if (message.headers["x-vault-request"] !== "true")
      throw new ApiError(412, "missing X-Vault-Request header");
    const policy = policies.get(String(given));
    if (given === undefined || (!isRoot && given !== token && policy === undefined))
      throw new ApiError(403, "permission denied");
    const place = mount.split("/");
    const isHere = path.slice(0, place.length).join("/") === mount;
    if (!isHere || (namespace !== undefined && message.headers["x-vault-namespace"] !== namespace))
      throw new ApiError(404, `no handler for route "${path.join("/")}"`);
    const [kind = "", name = "", ...rest] = path.slice(place.length);
    const isAdmin = message.method !== "GET" && kind === "keys";
    const isAllowed = policy === undefined || policy.includes(`${kind}/${name}`);
    if (!isAllowed || (isAdmin && !isRoot)) throw new ApiError(403, "permission denied");
    if (!isRoot) onCall();
    const act = ACTS[[message.method, kind, ...rest].join(" ")];
    if (act === undefined || name === "") throw new ApiError(405, "unsupported operation");
    return act(engine, name, await fieldsOf(message));
  };

  const server = createServer((message, response) => {
    answer(message)
      .catch((error: unknown): Reply => {
        if (!(error instanceof ApiError)) return { status: 500, body: { errors: ["internal error"] } };
        return { status: error.status, body: { errors: error.message === "" ? [] : [error.message] } };
      })
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token: issued,
    tokenFor: (...paths) => {
      const made = newToken();
      policies.set(made, paths);
      return made;
    },
    revokeToken: () => {
      token = undefined;
    },
    makeLax: () => {
      engine.isLax = true;
    },
    calls: (count, act) =>
      new Promise((resolve) => {
        let left = count;
        onCall = () => {
          left -= 1;
          if (left > 0) return;
          onCall = () => undefined;
          act();
          resolve();
        };
      }),
    admin: async (method, path, body) => {
      const headers = {
        "x-vault-token": root,
        "x-vault-request": "true",
        ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }),
      };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${url}/v1/${mount}/${path}`, { method, headers, ...sent });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
