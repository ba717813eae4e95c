import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import type { CommandSpec, Cx, Given } from "../command";
import {
  type Config,
  configFile,
  isInTheClear,
  type Profile,
  ProfileName,
  portalUrl,
  prefixOfKey,
  readConfig,
  writeConfig,
} from "../config";
import { usage } from "../exit";
import { readNamed } from "../files";
import { askHidden, canAsk } from "../prompt";
import { publicHalf, readSigningKey } from "../signing-key";

const NAME = { name: "NAME", help: "The profile." } as const;

interface ProfileView {
  readonly name: string;
  readonly url: string;
  readonly is_current: boolean;
  /** The 10 characters after `sp_`, which name the key. The key itself is never shown. */
  readonly key_prefix: string | null;
  readonly signing_key_id: string | null;
  readonly signing_public_key: string | null;
}

function viewOf(config: Config, name: string, profile: Profile): ProfileView {
  const { url, api_key, signing } = profile;
  return {
    name,
    url,
    is_current: config.current === name,
    key_prefix: api_key === undefined ? null : (prefixOfKey(api_key) ?? null),
    signing_key_id: signing?.key_id ?? null,
    signing_public_key: signing === undefined ? null : publicHalf(fromBase64url(signing.private_key)),
  };
}

function existing(config: Config, name: string): Profile {
  const found = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  if (found === undefined) throw usage(`profile ${name} not found`);
  return found;
}

/** Reads the key from a file, from a question at a terminal, or from standard input; never from the arguments. */
async function readKey(cx: Cx, given: Given): Promise<string> {
  const file = given.text("key-file") ?? (canAsk(cx.host) ? undefined : "-");
  const text =
    file === undefined
      ? await askHidden(cx.host, "API key (it is not shown):")
      : (await readNamed(cx.host, file, 4096)).toString("utf8");
  const key = text.trim();
  if (prefixOfKey(key) === undefined)
    throw usage("not an API key: it has the form sp_, 10 characters, _ and 49 characters");
  return key;
}

async function readSigning(cx: Cx, given: Given, apiKey: string | undefined): Promise<Profile["signing"]> {
  const file = given.text("signing-key-file");
  if (file === undefined) return undefined;
  const { seed } = await readSigningKey(cx.host, file);
  const keyId = given.text("signing-key-id") ?? (apiKey === undefined ? undefined : prefixOfKey(apiKey));
  if (keyId === undefined)
    throw usage("--signing-key-id is required: the prefix of the API key that names the public key");
  return { key_id: keyId, private_key: toBase64url(seed) };
}

async function add(cx: Cx, given: Given): Promise<undefined> {
  const name = given.operand("NAME");
  if (!ProfileName.safeParse(name).success)
    throw usage("a profile's name has letters, digits, dots, dashes and underscores, 64 at most");
  const config = readConfig(cx.host);
  const former = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  if (former !== undefined && !given.flag("force"))
    throw usage(`profile ${name} already exists`, "--force replaces it.");
  const url = portalUrl(given.need("url"));
  const apiKey = given.flag("no-key") ? undefined : await readKey(cx, given);
  const signing = await readSigning(cx, given, apiKey);
  const profile: Profile = {
    url,
    ...(apiKey === undefined ? {} : { api_key: apiKey }),
    ...(signing === undefined ? {} : { signing }),
  };
  const next: Config = {
    ...config,
    current: config.current ?? name,
    profiles: { ...config.profiles, [name]: profile },
  };
  writeConfig(cx.host, next);
  if (isInTheClear(url)) cx.out.remark(`${url} is not encrypted: calls need SEALPORT_ALLOW_HTTP=1.`);
  await cx.out.document({ ...viewOf(next, name, profile) });
  return undefined;
}

async function list(cx: Cx, given: Given): Promise<undefined> {
  const config = readConfig(cx.host);
  const views = Object.entries(config.profiles).map(([name, profile]) => viewOf(config, name, profile));
  const columns = [
    { title: "current", of: (view: ProfileView) => (view.is_current ? "*" : "") },
    { title: "name", of: (view: ProfileView) => view.name },
    { title: "url", of: (view: ProfileView) => view.url },
    { title: "key", of: (view: ProfileView) => view.key_prefix ?? "none" },
    { title: "signs", of: (view: ProfileView) => (view.signing_key_id === null ? "no" : "yes") },
  ];
  await cx.out.list(views, columns, given);
  return undefined;
}

async function use(cx: Cx, given: Given): Promise<undefined> {
  const config = readConfig(cx.host);
  const name = given.operand("NAME");
  const profile = existing(config, name);
  const next = { ...config, current: name };
  writeConfig(cx.host, next);
  await cx.out.document({ ...viewOf(next, name, profile) });
  return undefined;
}

async function remove(cx: Cx, given: Given): Promise<undefined> {
  const config = readConfig(cx.host);
  const name = given.operand("NAME");
  existing(config, name);
  const { [name]: _gone, ...profiles } = config.profiles;
  const { current, ...rest } = config;
  const isKept = current !== undefined && current !== name;
  writeConfig(cx.host, { ...rest, profiles, ...(isKept ? { current } : {}) });
  await cx.out.document({ removed: name });
  cx.out.remark("The key itself stays valid: end it under /account/api-keys.");
  return undefined;
}

async function show(cx: Cx, given: Given): Promise<undefined> {
  const config = readConfig(cx.host);
  const name = given.find("NAME") ?? given.text("profile") ?? config.current;
  if (name === undefined) throw usage("no profile yet", "`sealport profile add NAME --url URL` makes one.");
  await cx.out.document({ ...viewOf(config, name, existing(config, name)), file: configFile(cx.host) });
  return undefined;
}

export const PROFILE_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["profile", "add"],
    summary: "Save a portal's address and an API key under a name.",
    operands: [NAME],
    options: [
      {
        name: "key-file",
        kind: "text",
        value: "FILE",
        help: "Read the API key from this file; - is standard input.",
      },
      {
        name: "no-key",
        kind: "flag",
        help: "Save no key. SEALPORT_API_KEY has it, or every call is signed.",
      },
      {
        name: "signing-key-file",
        kind: "text",
        value: "FILE",
        help: "Sign calls (RFC 9421) with the Ed25519 key in this file, a private JWK.",
      },
      {
        name: "signing-key-id",
        kind: "text",
        value: "PREFIX",
        help: "The prefix of the API key. Default: the prefix of the given key.",
      },
      { name: "force", kind: "flag", help: "Replace a profile of that name." },
    ],
    example: "sealport profile add demo --url http://localhost:3000 --key-file key.txt",
    note: "The key is not shown while you type it; without a terminal it is read from standard input. It is never taken from the arguments. The file is $XDG_CONFIG_HOME/sealport/config.json, which only you can read.",
    run: add,
  },
  {
    path: ["profile", "list"],
    summary: "List all profiles.",
    options: [{ name: "csv", kind: "flag", help: "The list as CSV." }],
    example: "sealport profile list",
    run: list,
  },
  {
    path: ["profile", "use"],
    summary: "Make a profile the default.",
    operands: [NAME],
    example: "sealport profile use demo",
    run: use,
  },
  {
    path: ["profile", "remove"],
    summary: "Delete a profile and its keys.",
    operands: [NAME],
    example: "sealport profile remove demo",
    run: remove,
  },
  {
    path: ["profile", "show"],
    summary: "Show one profile, without its keys.",
    operands: [{ ...NAME, isOptional: true }],
    example: "sealport profile show demo --json",
    run: show,
  },
];
