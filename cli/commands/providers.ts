import { ProviderChange } from "@/lib/administration/providers/schema";
import { mappedOfLine } from "@/lib/administration/typed-lines-schema";
import {
  disconnectProvider,
  getOrganisationSignIn,
  setProvider,
  testProvider,
} from "@/lib/api-client/operations/administration/providers";
import type { CommandSpec, Cx, Given } from "../command";
import { usage } from "../exit";
import { readNamed } from "../files";
import { organisationsByName } from "./organisations";

async function organisationOf(cx: Cx, given: Given): Promise<{ readonly id: string }> {
  const named = given.operand("ORGANISATION");
  return { id: (await organisationsByName(cx)).get(named.toLowerCase()) ?? named };
}

async function ask(cx: Cx, given: Given): Promise<undefined> {
  const params = await organisationOf(cx, given);
  const file = given.text("secret-file");
  const secret =
    file === undefined ? {} : { client_secret: (await readNamed(cx.host, file)).toString("utf8").trimEnd() };
  const parsed = ProviderChange.safeParse({
    issuer: given.need("issuer"),
    client_id: given.need("client-id"),
    authentication: given.flag("own-key") ? "private_key" : "client_secret",
    ...secret,
    domains: [...given.texts("domain")],
    amr: [...given.texts("amr")],
    acr: [...given.texts("acr")],
    max_age: Number(given.text("max-age") ?? 3600),
    group_claim: given.text("group-claim") ?? "groups",
    mapping: given.texts("map").map(mappedOfLine),
    reason: given.need("reason"),
  });
  if (!parsed.success)
    throw usage(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  const answer = await cx.connect().call(setProvider, { params, body: parsed.data });
  await cx.out.document(answer);
  cx.out.remark(`Another administrator agrees: sealport agreements agree ${answer.id}`);
  return undefined;
}

const ORGANISATION = { name: "ORGANISATION", help: "The organisation's name or id." } as const;

export const PROVIDER_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["providers", "show"],
    summary: "Show an organisation's identity provider, and the redirect address to register there.",
    operands: [ORGANISATION],
    example: "sealport providers show 'Market Office'",
    run: async (cx, given) => {
      const params = await organisationOf(cx, given);
      await cx.out.document(await cx.connect().call(getOrganisationSignIn, { params }));
      return undefined;
    },
  },
  {
    path: ["providers", "connect"],
    summary: "Ask to let an organisation's people sign in at this identity provider.",
    operands: [ORGANISATION],
    options: [
      { name: "issuer", kind: "text", value: "URL", help: "The issuer, as the provider names itself." },
      { name: "client-id", kind: "text", value: "ID", help: "Client id of this portal at the provider." },
      { name: "secret-file", kind: "text", value: "FILE", help: "The file that has the client secret." },
      { name: "own-key", kind: "flag", help: "Use a key of the portal (private_key_jwt), not a secret." },
      { name: "domain", kind: "texts", value: "DOMAIN", help: "A domain of the people's e-mail addresses." },
      { name: "amr", kind: "texts", value: "VALUE", help: "An amr value that counts as a second factor." },
      { name: "acr", kind: "texts", value: "VALUE", help: "An acr value that counts as a second factor." },
      {
        name: "max-age",
        kind: "text",
        value: "SECONDS",
        help: "Greatest age of the sign-in. Default: 3600.",
      },
      { name: "group-claim", kind: "text", value: "NAME", help: "Claim with the groups. Default: groups." },
      { name: "map", kind: "texts", value: "LINE", help: "GROUP; ROLE; DUTIES. Repeat it for more groups." },
      { name: "reason", kind: "text", value: "TEXT", help: "The reason, which is logged." },
    ],
    example:
      "sealport providers connect 'Market Office' --issuer https://login.example --client-id sealport --own-key --domain authority.example --amr mfa --map 'officers; regulator' --reason 'Officers sign in at home'",
    run: ask,
  },
  {
    path: ["providers", "test"],
    summary: "Test an identity provider: read its configuration and keys.",
    operands: [ORGANISATION],
    example: "sealport providers test 'Market Office'",
    run: async (cx, given) => {
      const params = await organisationOf(cx, given);
      await cx.out.document(await cx.connect().call(testProvider, { params, body: {} }));
      return undefined;
    },
  },
  {
    path: ["providers", "disconnect"],
    summary: "Disconnect an identity provider at once. Sessions that began there end.",
    operands: [ORGANISATION],
    options: [{ name: "reason", kind: "text", value: "TEXT", help: "The reason, which is logged." }],
    example: "sealport providers disconnect 'Market Office' --reason 'The provider was replaced'",
    run: async (cx, given) => {
      const params = await organisationOf(cx, given);
      const body = { reason: given.need("reason") };
      await cx.out.document(await cx.connect().call(disconnectProvider, { params, body }));
      return undefined;
    },
  },
];
